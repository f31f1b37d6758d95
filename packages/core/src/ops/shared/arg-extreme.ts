/** What ArgMax and ArgMin share: the position of the extreme element of each line. */
import type { Dim } from '../../base/dim.ts'
import { normalizeAxis } from '../../base/shape.ts'
import { type WideTensor, wideZeros } from '../../base/wide.ts'
import { attr } from '../attr.ts'
import { type TensorFact, tensorFact } from '../fact.ts'
import { refuse, refuseValue } from '../refuse.ts'
import { linesOf } from './offsets.ts'

export const argAttrs = { select_last_index: attr.int(0), keepdims: attr.int(1), axis: attr.int(0) } as const

interface ArgAttrs {
  readonly select_last_index: number
  readonly keepdims: number
  readonly axis: number
}

/** int64 positions in the shape of data with the axis taken out, or of size 1. Throws SLP-O2 for a bad or empty axis. */
export function inferArg(data: TensorFact, { axis, keepdims }: ArgAttrs): TensorFact {
  if (!data.shape) return tensorFact('int64', undefined)
  const at = normalizeAxis(axis, data.shape.length)
  if (data.shape[at] === 0) refuse('the axis must have elements', 0)
  return tensorFact('int64', without(data.shape, at, keepdims !== 0))
}

function without<T extends Dim>(shape: readonly T[], axis: number, keep: boolean): readonly (T | 1)[] {
  return shape.flatMap((size, i): readonly (T | 1)[] => (i === axis ? (keep ? [1] : []) : [size]))
}

/** `precedes(a, b)`: a is more extreme than b. NaN is the most extreme of all, as in NumPy. */
export function argExtreme(
  data: WideTensor,
  attrs: ArgAttrs,
  precedes: (a: number | bigint, b: number | bigint) => boolean,
): WideTensor {
  const lines = linesOf(data.shape, attrs.axis)
  const elements = data.data
  if (Array.isArray(elements)) return refuseValue('elements must be numbers', data.dtype)
  const beats = (a: number | bigint, b: number | bigint): boolean => {
    if (Number.isNaN(b)) return attrs.select_last_index !== 0 && Number.isNaN(a)
    return Number.isNaN(a) || precedes(a, b) || (attrs.select_last_index !== 0 && a === b)
  }
  const out = wideZeros('int64', without(data.shape, lines.axis, attrs.keepdims !== 0))
  for (let line = 0; line < lines.count; line++) {
    const start = lines.start(line)
    let best = 0
    for (let i = 1; i < lines.size; i++) {
      if (beats(elements[start + i * lines.step]!, elements[start + best * lines.step]!)) best = i
    }
    out.data[line] = BigInt(best)
  }
  return out
}
