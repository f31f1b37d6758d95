import { addDims, type Dim, floorDivDims } from '../../base/dim.ts'
import type { GraphBuilder } from '../../ir/builder.ts'
import { type Attrs, attr } from '../attr.ts'
import { defineOp } from '../define.ts'
import { tensorFact } from '../fact.ts'
import { lowerMultiHead } from '../lower/contrib-attention.ts'
import { type FactArgs, maybe, type NameArgs, one } from '../param.ts'
import { refuse } from '../refuse.ts'
import { sizeOf, splitHeads } from '../shared/attention/attention-graph.ts'
import { requireShape } from '../shared/require.ts'
import { maskedAttention } from './shared/masked-attention.ts'

const inputs = {
  query: one('T'),
  key: maybe('T'),
  value: maybe('T'),
  bias: maybe('T'),
  key_padding_mask: maybe('M'),
  attention_bias: maybe('T'),
  past_key: maybe('T'),
  past_value: maybe('T'),
  past_sequence_length: maybe('M'),
  cache_indirection: maybe('M'),
}
const attrs = {
  num_heads: attr.required.int(),
  mask_filter_value: attr.optional.float(),
  scale: attr.optional.float(),
  unidirectional: attr.int(0),
}
type Facts = FactArgs<typeof inputs>
type Names = NameArgs<typeof inputs>
type Options = Attrs<typeof attrs>

const halves = ['float32', 'float16', 'bfloat16'] as const

/**
 * Attention of projected queries, keys and values with a bias of the projections, a mask of keys, a bias of
 * scores, and a cache. Keys and values are packed, or have their heads apart. What the mask hides is lowered
 * by mask_filter_value, -10000 unless given.
 */
export const multiHeadAttention = defineOp({
  name: 'MultiHeadAttention',
  domain: 'com.microsoft',
  since: [1],
  types: { T: halves, QK: halves, M: ['int32'] },
  inputs,
  outputs: {
    output: one('T'),
    present_key: maybe('T'),
    present_value: maybe('T'),
    qk: maybe('QK'),
  },
  attrs,
  infer: (facts, { num_heads }, { freshDim }) => {
    checkForm(facts, num_heads)
    const { query, key, value, past_key, past_value } = facts
    const dtype = query.dtype
    if (!query.shape || !key?.shape || !value?.shape) return { output: tensorFact(dtype, undefined) }
    const [batch, length, hidden] = query.shape as readonly [Dim, Dim, Dim] // checkForm asked for rank 3
    const apart = key.shape.length === 4
    const size = floorDivDims(hidden, num_heads)
    const valueSize = apart ? value.shape[3]! : floorDivDims(value.shape[2]!, num_heads)
    const own = key.shape[apart ? 2 : 1]!
    const past = past_key ? (past_key?.shape?.[2] ?? freshDim('past')) : 0
    requireShape('past_key', past_key, [batch, num_heads, undefined, size])
    requireShape('past_value', past_value, [batch, num_heads, past_key?.shape?.[2], valueSize])
    const total = addDims(past, own)
    const width = apart && typeof valueSize === 'number' ? valueSize * num_heads : value.shape[2]!
    return {
      output: tensorFact(dtype, [batch, length, width]),
      present_key: tensorFact(dtype, [batch, num_heads, total, size]),
      present_value: tensorFact(dtype, [batch, num_heads, total, valueSize]),
      qk: tensorFact(dtype, [batch, num_heads, length, total]),
    }
  },
  reference: 'decomposed',
  gradient: 'decomposed',
  lower: {
    kind: 'decompose',
    emit: (inputs, outputs, options, context) => lowerMultiHead({ ...inputs, ...outputs }, options, context),
    build: (b, names, options, { inputs: facts, outputCount }) => {
      const { query, key, value } = facts
      if (!query.shape || !key?.shape || !value?.shape) return undefined
      const [q, k, v] = projections(b, names, facts, options)
      const append = (past: string | undefined, x: string) =>
        past === undefined ? x : b.node('Concat', [past, x], { axis: 2 })
      const present_key = append(names.past_key, k)
      const present_value = append(names.past_value, v)
      const operands = {
        query: q,
        key: present_key,
        value: present_value,
        past: names.past_key && sizeOf(b, names.past_key, 2),
        mask: names.key_padding_mask,
        attention_bias: names.attention_bias,
      }
      const { output, scores } = maskedAttention(b, operands, {
        ...options,
        dtype: query.dtype,
        mask: facts.key_padding_mask,
        batch: query.shape[0]!,
        scores: outputCount > 3,
      })
      const present = (x: string) => b.node('Identity', [x])
      return {
        output,
        present_key: present(present_key),
        present_value: present(present_value),
        qk: scores,
      }
    },
  },
})

function checkForm({ query, key, value, bias, ...facts }: Facts, heads: number): void {
  if (facts.past_sequence_length || facts.cache_indirection) {
    refuse('past_sequence_length and cache_indirection must not be given', 'a shared buffer')
  }
  if (!key || !value) refuse('key and value must be given', 'packed projections')
  if (heads < 1) refuse('num_heads must be at least 1', heads)
  requireShape('query', query, [undefined, undefined, undefined])
  const rank = key?.shape?.length
  if (rank !== undefined && rank !== 3 && rank !== 4) refuse('key must have rank 3 or 4', rank)
  const hidden = query.shape?.[2]
  if (typeof hidden === 'number' && hidden % heads !== 0) {
    refuse(`the last size of query must divide by ${heads} heads`, hidden)
  }
  if (rank === 3) requireShape('value', value, [query.shape?.[0], key?.shape?.[1], undefined])
  if (rank === 4) requireShape('value', value, [query.shape?.[0], heads, key?.shape?.[2], undefined])
  if (rank === 4 && facts.past_key) refuse('past_key must not be given beside keys that are apart', 'both')
  requireShape('bias', bias, [undefined])
  if ((facts.past_key === undefined) !== (facts.past_value === undefined)) {
    refuse('past_key and past_value must be given together', facts.past_key ? 'past_key' : 'past_value')
  }
}

/** Heads of query, key and value apart, with their parts of the bias added to what is packed. */
function projections(
  b: GraphBuilder,
  names: Names,
  { query, key, value }: Facts,
  { num_heads }: Options,
): readonly [string, string, string] {
  const packed = key?.shape?.length === 3
  const sizes = [query, query, packed ? value : query].map((fact) => fact?.shape?.at(-1))
  const biases = (): (string | undefined)[] => {
    if (names.bias === undefined) return []
    if (!sizes.every((size) => typeof size === 'number'))
      return refuse('sizes of heads must be known', 'names')
    return b.nodes('Split', [names.bias, b.literal('int64', sizes as number[])], { axis: 0 }, { outputs: 3 }) // all are numbers
  }
  const parts = biases()
  const [q, k, v] = [names.query, names.key!, names.value!].map((x, i) => {
    if (i > 0 && !packed) return x
    const bias = parts[i]
    return splitHeads(b, bias === undefined ? x : b.node('Add', [x, bias]), 3, num_heads)
  })
  return [q!, k!, v!]
}
