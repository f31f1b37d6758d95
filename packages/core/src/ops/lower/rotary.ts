/** Lowers RotaryEmbedding. */
import type { Place } from '../../kernel/kernel.ts'
import type { LowerContext, Refusal, TensorRef } from '../../kernel/lower.ts'
import { type PositionSource, rotary } from '../../kernel/nn/rotary.ts'
import { type HeadsRef, headsOf, strideArgs } from './heads.ts'

export interface RotaryCall {
  readonly x: HeadsRef
  readonly y: HeadsRef
  readonly cos: TensorRef
  readonly sin: TensorRef
  readonly positions: { readonly source: PositionSource; readonly at: Place | undefined }
  readonly interleaved: boolean
}

/** Adds the call that rotates heads. */
export function callRotary(
  { x, y, cos, sin, positions, interleaved }: RotaryCall,
  context: LowerContext,
): void {
  const { batch, heads, length, size } = x
  const half = cos.shape.at(-1)!
  if (batch * heads * length * size === 0) return
  const args = {
    x: x.at,
    y: y.at,
    cos: cos.at,
    sin: sin.at,
    positions: positions.at,
    heads,
    length,
    size,
    half,
    rows: cos.shape.slice(0, -1).reduce((product, rows) => product * rows, 1),
    ...strideArgs('x', x),
    ...strideArgs('y', y),
  }
  context.call(rotary(context.target, { interleaved, positions: positions.source }), args, batch * heads)
}

export interface RotaryRefs {
  readonly X: TensorRef
  readonly cos_cache: TensorRef
  readonly sin_cache: TensorRef
  readonly position_ids: TensorRef | undefined
  readonly Y: TensorRef
}

/** The standard's operator, or that of com.microsoft, where one position is that of the first token. */
export function lowerRotary(
  { X, cos_cache, sin_cache, position_ids, Y }: RotaryRefs,
  { heads, interleaved }: { readonly heads: number | undefined; readonly interleaved: number },
  context: LowerContext,
): Refusal {
  for (const { dtype } of [X, cos_cache, sin_cache]) if (dtype !== 'float32') return `dtype ${dtype}`
  const [x, y] = [headsOf(X, heads), headsOf(Y, heads)]
  const listed = position_ids?.shape.length === 1 ? 'first' : 'list'
  const positions = { source: position_ids ? listed : 'rows', at: position_ids?.at } as const
  if (2 * cos_cache.shape.at(-1)! > x.size) return 'more angles than a head has pairs'
  callRotary({ x, y, cos: cos_cache, sin: sin_cache, positions, interleaved: interleaved === 1 }, context)
  return undefined
}
