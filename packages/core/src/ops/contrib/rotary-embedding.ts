import type { GraphBuilder } from '../../ir/builder.ts'
import { attr } from '../attr.ts'
import { defineOp } from '../define.ts'
import { type TensorFact, tensorFact } from '../fact.ts'
import { lowerRotary } from '../lower/rotary.ts'
import { one } from '../param.ts'
import { refuse } from '../refuse.ts'
import { sizeOf } from '../shared/attention/attention-graph.ts'
import { requireRank } from '../shared/require.ts'

/**
 * Rotates pairs of each head by the angles of its position: halves of the head, or neighbours if
 * interleaved. One position id is that of the first token.
 */
export const rotaryEmbedding = defineOp({
  name: 'RotaryEmbedding',
  domain: 'com.microsoft',
  since: [1],
  types: { T: ['float32', 'float16', 'bfloat16'], M: ['int64'] },
  inputs: { input: one('T'), position_ids: one('M'), cos_cache: one('T'), sin_cache: one('T') },
  outputs: { output: one('T') },
  attrs: {
    num_heads: attr.int(0),
    rotary_embedding_dim: attr.int(0),
    interleaved: attr.int(0),
    is_packed_batching: attr.int(0),
    scale: attr.float(1),
  },
  infer: ({ input, position_ids, cos_cache, sin_cache }, { rotary_embedding_dim: size, num_heads }) => {
    const rank = input.shape?.length
    if (rank !== undefined && rank !== 3 && rank !== 4) refuse('input must have rank 3 or 4', rank)
    const idsRank = position_ids.shape?.length
    if (idsRank !== undefined && idsRank !== 1 && idsRank !== 2) {
      refuse('position_ids must have rank 1 or 2', idsRank)
    }
    requireRank('cos_cache', cos_cache, 2)
    requireRank('sin_cache', sin_cache, 2)
    if (size > 0 && num_heads === 0) refuse('num_heads must be given beside rotary_embedding_dim', num_heads)
    return { output: tensorFact(input.dtype, input.shape) }
  },
  reference: 'decomposed',
  gradient: 'decomposed',
  lower: {
    kind: 'decompose',
    emit: ({ input, ...rest }, { output }, attrs, context) => {
      const [hidden, half] = [input.shape[2]!, rest.cos_cache.shape[1]!]
      const heads = attrs.num_heads > 0 ? attrs.num_heads : hidden / (2 * half)
      const { interleaved } = attrs
      return lowerRotary({ X: input, ...rest, Y: output }, { heads, interleaved }, context)
    },
    build: (b, { input, position_ids, cos_cache, sin_cache }, attrs, { inputs }) => {
      const heads = headsOf(inputs, attrs)
      if (heads === undefined || !inputs.position_ids.shape) return undefined
      const offset = inputs.position_ids.shape.length === 1
      const rank = inputs.input.shape!.length
      const ids = offset ? positionsFrom(b, input, rank, position_ids) : position_ids
      const { rotary_embedding_dim, interleaved } = attrs
      const attributes = { rotary_embedding_dim, interleaved, ...(rank === 3 && { num_heads: heads }) }
      return { output: b.node('RotaryEmbedding', [input, cos_cache, sin_cache, ids], attributes) }
    },
  },
})

/** The number of heads; without the attribute, the width of the caches gives the head size. */
function headsOf(
  { input, cos_cache }: { readonly input: TensorFact; readonly cos_cache: TensorFact },
  { num_heads }: { readonly num_heads: number },
): number | undefined {
  if (input.shape?.length === 4) return num_heads
  const [hidden, half] = [input.shape?.[2], cos_cache.shape?.[1]]
  if (input.shape === undefined) return undefined
  if (num_heads > 0) return num_heads
  return typeof hidden === 'number' && typeof half === 'number' ? hidden / (2 * half) : undefined
}

/** [batch, length] positions that count from one number on. */
function positionsFrom(b: GraphBuilder, input: string, rank: number, first: string): string {
  const length = sizeOf(b, input, rank - 2)
  const end = b.node('Squeeze', [length])
  const row = b.node('Range', [b.literal('int64', 0), end, b.literal('int64', 1)])
  const shape = b.node('Concat', [sizeOf(b, input, 0), length], { axis: 0 })
  return b.node('Expand', [b.node('Add', [row, first]), shape])
}
