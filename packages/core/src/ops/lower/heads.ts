/** Where attention heads lie: strides of tensors of heads, packed or apart. */
import type { Place } from '../../kernel/kernel.ts'
import type { LowerContext, TensorRef } from '../../kernel/lower.ts'
import { copyHeads } from '../../kernel/nn/heads.ts'

/** Heads in memory. Strides are in bytes. */
export interface HeadsRef {
  readonly at: Place
  readonly batch: number
  readonly heads: number
  readonly length: number
  readonly size: number
  readonly strides: { readonly batch: number; readonly head: number; readonly row: number }
}

/** Heads of a tensor [batch, heads, length, size], or of a packed one [batch, length, heads · size]. */
export function headsOf({ at, shape }: Pick<TensorRef, 'at' | 'shape'>, heads: number | undefined): HeadsRef {
  const [batch, a, b, c] = shape as readonly [number, number, number, number?] // rank 3 or 4, as inference checked
  if (c !== undefined) return headsApart(at, { batch, heads: a, length: b, size: c })
  const size = b / heads!
  return {
    at,
    batch,
    heads: heads!,
    length: a,
    size,
    strides: { batch: 4 * a * b, head: 4 * size, row: 4 * b },
  }
}

/** Heads that lie apart: [batch, heads, length, size]. */
export function headsApart(at: Place, sizes: Omit<HeadsRef, 'at' | 'strides'>): HeadsRef {
  const { batch, heads, length, size } = sizes
  const row = 4 * size
  return { at, batch, heads, length, size, strides: { batch: row * length * heads, head: row * length, row } }
}

/** A part of heads: `length` rows from `from` on. */
export function rowsOf(heads: HeadsRef, from: number, length: number): HeadsRef {
  const { buffer, offsetBytes } = heads.at
  return { ...heads, length, at: { buffer, offsetBytes: offsetBytes + from * heads.strides.row } }
}

/** Parameters of kernels under a prefix: the strides of heads. */
export function strideArgs<const N extends string>(name: N, { strides }: Pick<HeadsRef, 'strides'>) {
  const args = { [`${name}Batch`]: strides.batch, [`${name}Head`]: strides.head, [`${name}Row`]: strides.row }
  return args as { readonly [K in 'Batch' | 'Head' | 'Row' as `${N}${K}`]: number } // the same keys
}

/** Copies heads, plus a bias of [heads, size] where one is given. */
export function copyRows(x: HeadsRef, y: HeadsRef, { call }: LowerContext, bias?: Place): void {
  const { batch, heads } = x
  if (batch * heads * x.length * x.size === 0) return
  const row = 4 * x.size
  const dense = !bias && x.strides.row === row && y.strides.row === row
  const [rows, size] = dense ? [1, x.length * x.size] : [x.length, x.size]
  const args = { x: x.at, bias, y: y.at, heads, rows, size, ...strideArgs('x', x), ...strideArgs('y', y) }
  call(copyHeads(bias !== undefined), args, batch * heads)
}
