/** Attention is differentiated through its decomposition. */
import { tensorType } from '../../base/value.ts'
import { graphBuilder } from '../../ir/builder.ts'
import { attention } from '../../ops/attention.ts'
import { attention as contribAttention } from '../../ops/contrib/attention.ts'
import { groupQueryAttention } from '../../ops/contrib/group-query-attention.ts'
import { multiHeadAttention } from '../../ops/contrib/multi-head-attention.ts'
import { linearAttention } from '../../ops/linear-attention.ts'
import { flexAttention } from '../../ops/preview/flex-attention.ts'
import { gradTest, spread } from '../../testing/grad-test.ts'
import { bool, i32 } from '../../testing/literals.ts'

const heads = (length: number, size: number, low = -1.5, count = 2) =>
  spread([2, count, length, size], { low })
const plain = { Q: heads(3, 4), K: heads(5, 4, -1.2), V: heads(5, 3, -1.1) }

gradTest(attention, [
  { name: 'heads apart', inputs: plain },
  {
    name: 'causal, heads packed',
    inputs: {
      Q: spread([2, 3, 8]),
      K: spread([2, 3, 8], { low: -1.2 }),
      V: spread([2, 3, 8], { low: -1.1 }),
    },
    attrs: { is_causal: 1, q_num_heads: 2, kv_num_heads: 2 },
  },
  {
    name: 'with shared keys, capped and scaled',
    inputs: { ...plain, Q: heads(3, 4, -1.5, 4) },
    attrs: { softcap: 2.5, scale: 0.7 },
  },
  {
    name: 'with a mask',
    inputs: {
      ...plain,
      attn_mask: bool([
        [true, false, true, true, true],
        [true, true, true, false, true],
        [false, true, true, true, true],
      ]),
    },
  },
  {
    name: 'with a mask that hides all keys of a query',
    inputs: {
      ...plain,
      attn_mask: bool([
        [true, false, true, true, true],
        [false, false, false, false, false],
        [false, true, true, true, true],
      ]),
    },
  },
  {
    name: 'with a bias, a past and the scores',
    inputs: {
      ...plain,
      attn_mask: spread([3, 7], { low: -0.9 }),
      past_key: heads(2, 4, -1.3),
      past_value: heads(2, 3, -1.4),
    },
    outputs: 4,
  },
])

const modifier = (dtype: 'float64' | 'float32') => {
  const b = graphBuilder({ name: 'score', prefix: 'score_' })
  return b.build([b.node('Tanh', [b.input('score_x', tensorType(dtype))])])
}
gradTest(flexAttention, [
  { name: 'plain, with shared keys', inputs: { ...plain, Q: heads(3, 4, -1.5, 4) } },
  { name: 'changed scores', inputs: plain, attrs: { score_mod: modifier('float64') }, compiled: false },
])

const packed = (low: number) => spread([2, 3, 4], { low })
gradTest(multiHeadAttention, [
  {
    name: 'packed',
    inputs: { query: packed(-1.5), key: packed(-1.3), value: packed(-1.2) },
    attrs: { num_heads: 2 },
  },
  {
    name: 'biases and a mask',
    inputs: {
      query: packed(-1.5),
      key: packed(-1.3),
      value: packed(-1.2),
      bias: spread([12]),
      key_padding_mask: i32([
        [1, 1, 0],
        [1, 1, 1],
      ]),
      attention_bias: spread([1, 2, 3, 3], { low: -1 }),
    },
    attrs: { num_heads: 2, unidirectional: 1 },
  },
])
gradTest(contribAttention, [
  {
    name: 'projections merged',
    inputs: { input: spread([2, 3, 5]), weights: spread([5, 12], { low: -0.9 }), bias: spread([12]) },
    attrs: { num_heads: 2, unidirectional: 1 },
  },
])
gradTest(groupQueryAttention, [
  {
    name: 'a prompt',
    inputs: {
      query: spread([2, 3, 16]),
      key: spread([2, 3, 8], { low: -1.2 }),
      value: spread([2, 3, 8], { low: -1.1 }),
      seqlens_k: i32([2, 2]),
      total_sequence_length: i32(3),
    },
    attrs: { num_heads: 4, kv_num_heads: 2 },
    outputs: 3,
  },
])

const sequence = {
  query: spread([2, 3, 8]),
  key: spread([2, 3, 4], { low: -1.2 }),
  value: spread([2, 3, 6], { low: -1.1 }),
}
gradTest(linearAttention, [
  {
    name: 'linear',
    inputs: sequence,
    attrs: { q_num_heads: 4, kv_num_heads: 2, update_rule: 'linear' },
    outputs: 2,
  },
  {
    name: 'gated delta, from a state',
    inputs: {
      ...sequence,
      past_state: spread([2, 2, 2, 3], { low: -0.7 }),
      decay: spread([2, 3, 2], { low: -1, high: -0.1 }),
      beta: spread([2, 3, 2], { low: 0.1, high: 0.9 }),
    },
    attrs: { q_num_heads: 4, kv_num_heads: 2, update_rule: 'gated_delta' },
    outputs: 2,
  },
])
