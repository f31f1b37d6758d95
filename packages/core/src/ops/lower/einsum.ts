/** Lowers contractions that are no matrix products. */
import { elementCount, type Shape, stridesOf } from '../../base/shape.ts'
import type { LowerContext, Refusal, TensorRef } from '../../kernel/lower.ts'
import { contraction } from '../../kernel/nn/contraction.ts'
import { labelSizes, parseEquation } from '../shared/einsum-equation.ts'
import { productLabels } from '../shared/einsum-product.ts'
import { offsetsOf } from '../shared/offsets.ts'
import { partsOf } from './parts-of-work.ts'

/** Offsets that may be listed, and products of a task. */
const [mostOffsets, taskProducts] = [2 ** 18, 2 ** 15]

/** Sums of products of up to three operands; matrix products are left to those. */
export function lowerEinsum(
  inputs: readonly TensorRef[],
  output: TensorRef,
  equation: string,
  { call, table, threads }: LowerContext,
): Refusal {
  const operands = inputs.length
  if (output.dtype !== 'float32') return `dtype ${output.dtype}`
  if (operands !== 1 && operands !== 2 && operands !== 3) return `${operands} operands`
  const shapes = inputs.map(({ shape }) => shape)
  const parsed = parseEquation(
    equation,
    shapes.map((shape) => shape.length),
  )
  const sizes = labelSizes(parsed, shapes) as ReadonlyMap<string, number> // concrete shapes give concrete sizes
  if (productLabels(parsed, shapes, sizes)) return 'a matrix product'
  const summedLabels = [...sizes.keys()].filter((label) => !parsed.output.includes(label))
  const countOf = (labels: readonly string[]) => elementCount(labels.map((label) => sizes.get(label)!))
  const [count, terms] = [countOf(parsed.output), countOf(summedLabels)]
  if (operands * Math.max(count, terms) > mostOffsets) return 'too many elements to list'
  if (count === 0) return undefined
  const lists = (labels: readonly string[]) => {
    const own = shapes.map((shape, i) =>
      offsetsOf(
        labels.map((label) => sizes.get(label)!),
        labels.map((label) => 4 * strideOf(shape, parsed.terms[i]!, label)),
      ),
    )
    const mixed = Int32Array.from({ length: own[0]!.length * operands }, (_, i) => {
      return own[i % operands]![Math.floor(i / operands)]!
    })
    return table(new Uint8Array(mixed.buffer))
  }
  const { each, tasks } = partsOf(count, taskProducts / Math.max(1, terms), threads)
  const args = {
    x0: inputs[0]?.at,
    x1: inputs[1]?.at,
    x2: inputs[2]?.at,
    y: output.at,
    kept: lists(parsed.output),
    summed: lists(summedLabels),
    count,
    terms,
    countPerTask: each,
  }
  call(contraction(operands), args, tasks)
  return undefined
}

/** A repeated label steps along all its axes at once; an axis of size 1 stays. */
export function strideOf(shape: Shape, term: readonly string[], label: string): number {
  const strides = stridesOf(shape)
  return term.reduce((sum, own, axis) => (own === label && shape[axis] !== 1 ? sum + strides[axis]! : sum), 0)
}
