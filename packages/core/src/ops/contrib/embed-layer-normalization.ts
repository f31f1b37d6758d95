import { dtypeInfo } from '../../base/dtype.ts'
import { float, type GraphBuilder } from '../../ir/builder.ts'
import { attr } from '../attr.ts'
import { defineOp } from '../define.ts'
import { tensorFact } from '../fact.ts'
import { maybe, one } from '../param.ts'
import { refuse } from '../refuse.ts'
import { sizeOf } from '../shared/attention/attention-graph.ts'
import { requireShape } from '../shared/require.ts'

/**
 * LayerNormalization of the sum of word, position and segment embeddings; that sum, and the number of ones
 * in each row of the mask. Positions count from 0 where none are given.
 */
export const embedLayerNormalization = defineOp({
  name: 'EmbedLayerNormalization',
  domain: 'com.microsoft',
  since: [1],
  types: { T1: ['int32'], T: ['float32', 'float16'] },
  inputs: {
    input_ids: one('T1'),
    segment_ids: maybe('T1'),
    word_embedding: one('T'),
    position_embedding: one('T'),
    segment_embedding: maybe('T'),
    gamma: one('T'),
    beta: one('T'),
    mask: maybe('T1'),
    position_ids: maybe('T1'),
  },
  outputs: { output: one('T'), mask_index: maybe('T1'), embedding_sum: maybe('T') },
  attrs: { epsilon: attr.float(1e-12), mask_index_type: attr.optional.int() },
  infer: ({ input_ids, segment_ids, word_embedding, position_embedding, ...rest }, _attrs, { freshDim }) => {
    const [batch, length] = input_ids.shape ?? [freshDim('batch'), freshDim('length')]
    const hidden = word_embedding.shape?.[1] ?? freshDim('hidden')
    requireShape('input_ids', input_ids, [undefined, undefined])
    requireShape('segment_ids', segment_ids, [batch, length])
    requireShape('mask', rest.mask, [batch, length])
    requireShape('word_embedding', word_embedding, [undefined, undefined])
    requireShape('position_embedding', position_embedding, [undefined, hidden])
    requireShape('segment_embedding', rest.segment_embedding, [undefined, hidden])
    requireShape('position_ids', rest.position_ids, [undefined, length])
    if ((segment_ids === undefined) !== (rest.segment_embedding === undefined)) {
      refuse('segment_ids and segment_embedding must be given together', 'one of them')
    }
    const sum = tensorFact(word_embedding.dtype, [batch!, length!, hidden])
    return { output: sum, mask_index: tensorFact('int32', [batch!]), embedding_sum: sum }
  },
  reference: 'decomposed',
  gradient: 'decomposed',
  lower: {
    kind: 'decompose',
    build: (b, names, { epsilon }) => {
      const { input_ids, segment_ids, segment_embedding, mask } = names
      const pick = (table: string, ids: string) => b.node('Gather', [table, ids], { axis: 0 })
      const positions = names.position_ids ?? counted(b, sizeOf(b, input_ids, 1))
      const words = pick(names.word_embedding, input_ids)
      const placed = b.node('Add', [words, pick(names.position_embedding, positions)])
      const sum =
        segment_ids && segment_embedding
          ? b.node('Add', [placed, pick(segment_embedding, segment_ids)])
          : placed
      const attributes = { axis: -1, epsilon: float(epsilon) }
      return {
        output: b.node('LayerNormalization', [sum, names.gamma, names.beta], attributes),
        mask_index: maskIndex(b, mask, input_ids),
        embedding_sum: b.node('Identity', [sum]),
      }
    },
  },
})

/** 0, 1, … as one row of positions. */
function counted(b: GraphBuilder, length: string): string {
  const end = b.node('Squeeze', [length])
  const row = b.node('Range', [b.literal('int64', 0), end, b.literal('int64', 1)])
  return b.node('Unsqueeze', [row, b.literal('int64', [0])])
}

/** Ones in each row of the mask; zeros without a mask. */
function maskIndex(b: GraphBuilder, mask: string | undefined, ids: string): string {
  if (mask === undefined) return b.node('Expand', [b.literal('int32', 0), sizeOf(b, ids, 0)])
  const ones = b.node('Equal', [mask, b.literal('int32', 1)])
  const counts = b.node('Cast', [ones], { to: dtypeInfo('int32').code })
  return b.node('ReduceSum', [counts, b.literal('int64', [1])], { keepdims: 0 })
}
