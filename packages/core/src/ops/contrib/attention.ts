import { addDims, type Dim } from '../../base/dim.ts'
import type { GraphBuilder } from '../../ir/builder.ts'
import { type Attrs, attr } from '../attr.ts'
import { defineOp } from '../define.ts'
import { tensorFact } from '../fact.ts'
import { type FactArgs, maybe, type NameArgs, one } from '../param.ts'
import { refuse } from '../refuse.ts'
import { sizeOf, splitHeads } from '../shared/attention/attention-graph.ts'
import { requireRank, requireShape } from '../shared/require.ts'
import { maskedAttention } from './shared/masked-attention.ts'

const inputs = {
  input: one('T'),
  weights: one('T'),
  bias: maybe('T'),
  mask_index: maybe('M'),
  past: maybe('T'),
  attention_bias: maybe('T'),
  past_sequence_length: maybe('M'),
}
const attrs = {
  num_heads: attr.required.int(),
  do_rotary: attr.int(0),
  mask_filter_value: attr.optional.float(),
  past_present_share_buffer: attr.int(0),
  qkv_hidden_sizes: attr.optional.ints(),
  rotary_embedding_dim: attr.optional.int(),
  scale: attr.optional.float(),
  unidirectional: attr.int(0),
}
type Facts = FactArgs<typeof inputs>
type Options = Attrs<typeof attrs>

/**
 * Self-attention with the projections of query, key and value merged into one matrix, a mask of keys, a bias
 * of scores, and a cache of keys and values. What the mask hides is lowered by mask_filter_value, -10000
 * unless given.
 */
export const attention = defineOp({
  name: 'Attention',
  domain: 'com.microsoft',
  since: [1],
  types: { T: ['float32', 'float16', 'bfloat16'], M: ['int32'] },
  inputs,
  outputs: { output: one('T'), present: maybe('T') },
  attrs,
  infer: (facts, options, { freshDim }) => {
    const { input, past } = facts
    requireShape('input', input, [undefined, undefined, facts.weights.shape?.[0]])
    requireRank('weights', facts.weights, 2)
    requireShape('bias', facts.bias, [facts.weights.shape?.[1]])
    if (options.do_rotary !== 0) refuse('do_rotary must be 0', options.do_rotary)
    if (options.past_present_share_buffer !== 0 || facts.past_sequence_length) {
      refuse('past and present must not share a buffer', options.past_present_share_buffer)
    }
    const [batch, length] = input.shape ?? [freshDim('batch'), freshDim('length')]
    const [size, , width] = hiddenSizes(facts, options) ?? []
    const heads = options.num_heads
    const headSize = size === undefined ? freshDim('size') : size / heads
    requireShape('past', past, [2, batch, heads, undefined, headSize])
    const total = addDims(past ? (past.shape?.[3] ?? freshDim('past')) : 0, length!)
    return {
      output: tensorFact(input.dtype, [batch!, length!, width ?? freshDim('width')]),
      present: tensorFact(input.dtype, [2, batch!, heads, total, headSize] satisfies Dim[]),
    }
  },
  reference: 'decomposed',
  gradient: 'decomposed',
  lower: {
    kind: 'decompose',
    build: (b, names, options, { inputs: facts, outputCount }) => {
      const sizes = hiddenSizes(facts, options)
      const batch = facts.input.shape?.[0]
      if (!sizes || batch === undefined) return undefined
      const [query, k, v] = project(b, names, sizes, options.num_heads)
      const [oldKey, oldValue] = names.past === undefined ? [] : halvesOf(b, names.past)
      const append = (past: string | undefined, x: string) =>
        past === undefined ? x : b.node('Concat', [past, x], { axis: 2 })
      const [key, value] = [append(oldKey, k), append(oldValue, v)]
      const operands = {
        query,
        key,
        value,
        past: oldKey && sizeOf(b, oldKey, 2),
        mask: names.mask_index,
        attention_bias: names.attention_bias,
      }
      const spec = { ...options, dtype: facts.input.dtype, mask: facts.mask_index, batch, scores: false }
      const { output } = maskedAttention(b, operands, spec)
      if (outputCount < 2) return { output }
      const stacked = [key, value].map((x) => b.node('Unsqueeze', [x, b.literal('int64', [0])]))
      return { output, present: b.node('Concat', stacked, { axis: 0 }) }
    },
  },
})

/** Widths of query, key and value; undefined where that of the weights is not known. Throws SLP-O2. */
function hiddenSizes(
  { weights }: Facts,
  { num_heads, qkv_hidden_sizes: given }: Options,
): readonly number[] | undefined {
  const width = weights.shape?.[1]
  const sizes = given?.length
    ? given
    : typeof width === 'number'
      ? [width / 3, width / 3, width / 3]
      : undefined
  if (!sizes) return undefined
  const total = sizes.reduce((sum, size) => sum + size, 0)
  if (sizes.length !== 3 || sizes[0] !== sizes[1] || (typeof width === 'number' && total !== width)) {
    refuse(`qkv_hidden_sizes must be two equal sizes and one more, ${width} together`, sizes)
  }
  if (num_heads < 1 || sizes.some((size) => size % num_heads !== 0)) {
    refuse(`the widths of query, key and value must divide by ${num_heads} heads`, sizes)
  }
  return sizes
}

/** input * weights + bias, taken apart into heads of query, key and value. */
function project(
  b: GraphBuilder,
  { input, weights, bias }: NameArgs<typeof inputs>,
  sizes: readonly number[],
  heads: number,
): readonly [string, string, string] {
  const product = b.node('MatMul', [input, weights])
  const all = bias === undefined ? product : b.node('Add', [product, bias])
  const parts = b.nodes('Split', [all, b.literal('int64', sizes)], { axis: 2 }, { outputs: 3 })
  const [q, k, v] = parts.map((part) => splitHeads(b, part, 3, heads))
  return [q!, k!, v!]
}

/** Keys and values of a past. */
function halvesOf(b: GraphBuilder, past: string): string[] {
  const halves = b.nodes('Split', [past], { axis: 0, num_outputs: 2 }, { outputs: 2 })
  return halves.map((half) => b.node('Squeeze', [half, b.literal('int64', [0])]))
}
