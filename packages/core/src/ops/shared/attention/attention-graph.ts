/** Attention in terms of matrix products, Softmax and comparisons. */
import { type Dim, dimsEqual } from '../../../base/dim.ts'
import { type DType, dtypeInfo } from '../../../base/dtype.ts'
import type { GraphBuilder } from '../../../ir/builder.ts'
import { castTo } from '../cast-node.ts'

/** Heads apart: [batch, heads, length, size]. Packed ones are split into `heads`. */
export function splitHeads(b: GraphBuilder, x: string, rank: number, heads: number | undefined): string {
  if (rank === 4) return x
  const apart = b.node('Reshape', [x, b.literal('int64', [0, 0, heads!, -1])])
  return b.node('Transpose', [apart], { perm: [0, 2, 1, 3] })
}

/** [batch, length, heads * size] where the inputs were packed. */
export function joinHeads(b: GraphBuilder, x: string, rank: number): string {
  if (rank === 4) return x
  const packed = b.node('Transpose', [x], { perm: [0, 2, 1, 3] })
  return b.node('Reshape', [packed, b.literal('int64', [0, 0, -1])])
}

/**
 * Key heads repeated so that there is one per query head; undefined where the numbers of heads are not known and may
 * differ.
 */
export function shareHeads(b: GraphBuilder, x: string, own: Dim, wanted: Dim): string | undefined {
  if (dimsEqual(own, wanted)) return x
  if (typeof own !== 'number' || typeof wanted !== 'number') return undefined
  const indices = Array.from({ length: wanted }, (_, h) => Math.floor((h * own) / wanted))
  return b.node('Gather', [x, b.literal('int64', indices)], { axis: 1 })
}

/** x * sqrt(scale), or over the fourth root of its last size where no scale is given. Both factors together scale. */
export function halfScaled(
  b: GraphBuilder,
  x: string,
  dtype: DType,
  scale: number | undefined,
  size: Dim,
): string {
  if (scale !== undefined) return b.node('Mul', [x, b.literal(dtype, Math.sqrt(scale))])
  if (typeof size === 'number') return b.node('Mul', [x, b.literal(dtype, size ** -0.25)])
  const length = b.node('Shape', [x], { start: -1 })
  const root = b.node('Sqrt', [b.node('Cast', [length], { to: dtypeInfo(dtype).code })])
  return b.node('Div', [x, b.node('Sqrt', [root])])
}

/** A size of a tensor as an int64 vector of one element. */
export function sizeOf(b: GraphBuilder, x: string, axis: number): string {
  return b.node('Shape', [x], { start: axis, end: axis + 1 })
}

export interface VisibilitySpec {
  readonly is_causal: number
  readonly left_window_size: number
  readonly right_window_size: number
}

/**
 * Whether each query may see each key, as bools that broadcast to [batch, heads, queries, keys]; undefined where
 * every query sees every key.
 */
export function visibility(
  b: GraphBuilder,
  {
    queries,
    keys,
    past,
    valid,
  }: Readonly<Record<'queries' | 'keys', string>> & {
    readonly past: string | undefined
    readonly valid: string | undefined
  },
  { is_causal, left_window_size, right_window_size }: VisibilitySpec,
): string | undefined {
  const count = (length: string) => {
    const scalar = b.node('Squeeze', [length])
    return b.node('Range', [b.literal('int64', 0), scalar, b.literal('int64', 1)])
  }
  const column = count(keys)
  const perBatch = valid && b.node('Reshape', [valid, b.literal('int64', [-1, 1, 1, 1])])
  const row = b.node('Unsqueeze', [count(queries), b.literal('int64', [1])])
  const offset = perBatch ? b.node('Sub', [perBatch, queries]) : past
  const position = offset ? b.node('Add', [row, offset]) : row
  const shifted = (by: number) => b.node('Add', [position, b.literal('int64', by)])
  const conditions = [
    perBatch && b.node('Less', [column, perBatch]),
    is_causal === 1 ? b.node('LessOrEqual', [column, position]) : undefined,
    left_window_size >= 0 ? b.node('GreaterOrEqual', [column, shifted(-left_window_size)]) : undefined,
    right_window_size >= 0 ? b.node('LessOrEqual', [column, shifted(right_window_size)]) : undefined,
  ].filter((condition) => condition !== undefined)
  return conditions.length === 0 ? undefined : conditions.reduce((x, y) => b.node('And', [x, y]))
}

/** 0 where `visible`, -Infinity elsewhere. */
export function biasOf(b: GraphBuilder, visible: string, dtype: DType): string {
  const [zero, hidden] = [b.literal(dtype, 0), b.literal(dtype, Number.NEGATIVE_INFINITY)]
  return b.node('Where', [visible, zero, hidden])
}

/** The mask lengthened to `keys`: what it does not cover is not seen. */
export function padMask(b: GraphBuilder, mask: string, dtype: DType, keys: string): string {
  const missing = b.node('Sub', [keys, b.node('Shape', [mask], { start: -1 })])
  const pads = b.node('Concat', [b.literal('int64', [0]), missing], { axis: 0 })
  const hidden = b.literal(dtype, dtype === 'bool' ? 0 : Number.NEGATIVE_INFINITY)
  return b.node('Pad', [mask, pads, hidden, b.literal('int64', [-1])])
}

/** Softmax over the keys in another precision; rows whose bias hides every key are zeros. */
export function guardedSoftmax(
  b: GraphBuilder,
  scores: string,
  bias: string | undefined,
  dtype: DType,
  precision: DType,
): string {
  const softmax = (x: string) =>
    castTo(b, b.node('Softmax', [castTo(b, x, dtype, precision)], { axis: -1 }), precision, dtype)
  if (!bias) return softmax(scores)
  const top = b.node('ReduceMax', [bias, b.literal('int64', [-1])])
  const hidden = b.node('Equal', [top, b.literal(dtype, Number.NEGATIVE_INFINITY)])
  const zero = b.literal(dtype, 0)
  // Inside too: the gradient of a row of NaN would be NaN, though nothing of the row is seen.
  return b.node('Where', [hidden, zero, softmax(b.node('Where', [hidden, zero, scores]))])
}
