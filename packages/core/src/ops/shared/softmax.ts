/** Softmax and its relatives: a function of each line along one axis, which keeps the shape. */
import { normalizeAxis } from '../../base/shape.ts'
import { type WideTensor, wideZeros } from '../../base/wide.ts'
import { type TensorFact, tensorFact } from '../fact.ts'
import { floatsOf } from './elements.ts'
import { linesOf } from './offsets.ts'

/** The fact of an output of the input's type and shape. Throws SLP-O2 for an axis outside the rank. */
export function inferLines(input: TensorFact, axis: number): TensorFact {
  if (input.shape) normalizeAxis(axis, input.shape.length)
  return tensorFact(input.dtype, input.shape)
}

/** `change` replaces the values of one line in place. */
export function mapLines(x: WideTensor, axis: number, change: (line: Float64Array) => void): WideTensor {
  const lines = linesOf(x.shape, axis)
  const data = floatsOf(x)
  const out = wideZeros(x.dtype, x.shape)
  const buffer = new Float64Array(lines.size)
  for (let line = 0; line < lines.count; line++) {
    const start = lines.start(line)
    for (let i = 0; i < lines.size; i++) buffer[i] = data[start + i * lines.step]!
    change(buffer)
    for (let i = 0; i < lines.size; i++) out.data[start + i * lines.step] = buffer[i]!
  }
  return out
}

/** exp(x) / sum(exp(x)), with the largest element taken out first. */
export function softmaxLine(line: Float64Array): void {
  const highest = highestOf(line)
  let sum = 0
  for (let i = 0; i < line.length; i++) {
    line[i] = Math.exp(line[i]! - highest)
    sum += line[i]!
  }
  for (let i = 0; i < line.length; i++) line[i] = line[i]! / sum
}

/** x - log(sum(exp(x))), with the largest element taken out first. */
export function logSoftmaxLine(line: Float64Array): void {
  const highest = highestOf(line)
  let sum = 0
  for (let i = 0; i < line.length; i++) sum += Math.exp(line[i]! - highest)
  const shift = Math.log(sum)
  for (let i = 0; i < line.length; i++) line[i] = line[i]! - highest - shift
}

const highestOf = (line: Float64Array): number =>
  line.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY)
