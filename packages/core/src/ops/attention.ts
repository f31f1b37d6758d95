import { addDims, type Dim } from '../base/dim.ts'
import { dtypeInfo } from '../base/dtype.ts'
import { wide } from '../base/wide.ts'
import type { GraphBuilder } from '../ir/builder.ts'
import { type Attrs, attr } from './attr.ts'
import { defineOp } from './define.ts'
import { type TensorFact, tensorFact } from './fact.ts'
import { lowerAttention } from './lower/attention.ts'
import { type FactArgs, maybe, type NameArgs, one } from './param.ts'
import { refuse } from './refuse.ts'
import { attentionBias, clearHiddenRows } from './shared/attention/attention-bias.ts'
import {
  biasOf,
  guardedSoftmax,
  halfScaled,
  joinHeads,
  padMask,
  shareHeads,
  sizeOf,
  splitHeads,
  visibility,
} from './shared/attention/attention-graph.ts'
import { scaledProducts, softmaxRows, weightedValues } from './shared/attention/attention-scores.ts'
import {
  appendHeads,
  type HeadDims,
  headDims,
  headShape,
  packHeads,
  unpackHeads,
} from './shared/attention/heads.ts'
import { floatDTypeOfAttr } from './shared/dtype-attr.ts'
import { integersOf } from './shared/elements.ts'
import { requireShape, requireSize } from './shared/require.ts'
import { floats, numbers } from './types.ts'

const attrs = {
  is_causal: attr.int(0),
  q_num_heads: attr.optional.int(),
  kv_num_heads: attr.optional.int(),
  scale: attr.optional.float(),
  softcap: attr.float(0),
  softmax_precision: attr.optional.int(),
  qk_matmul_output_mode: attr.int(0),
  left_window_size: attr.int(-1),
  right_window_size: attr.int(-1),
}
const inputs = {
  Q: one('T1'),
  K: one('T1'),
  V: one('T2'),
  attn_mask: maybe('U'),
  past_key: maybe('T1'),
  past_value: maybe('T2'),
  nonpad_kv_seqlen: maybe('int64'),
}
type AttentionAttrs = Attrs<typeof attrs>
type Facts = FactArgs<typeof inputs>

/**
 * softmax(scale * Q Kᵀ + bias) V over heads, with a cache of keys and values, masks, causality and windows.
 */
export const attention = defineOp({
  name: 'Attention',
  since: [23, 24, 25],
  types: { T1: floats, T2: floats, U: [...numbers, 'bool'] },
  inputs,
  outputs: {
    Y: one('T1'),
    present_key: maybe('T1'),
    present_value: maybe('T2'),
    qk_matmul_output: maybe('T1'),
  },
  attrs,
  infer: (facts, attrs, { freshDim }) => {
    checkAttrs(facts, attrs)
    const sizes = attentionDims(facts, attrs, freshDim)
    const dtype = facts.Q.dtype
    if (!sizes) {
      const known = facts.Q.shape?.slice(0, -1)
      return { Y: tensorFact(dtype, known && [...known, freshDim('size')]) }
    }
    const { q, k, v, total } = sizes
    return {
      Y: tensorFact(dtype, headShape({ ...q, size: v.size }, facts.Q.shape!.length === 3)),
      present_key: tensorFact(dtype, headShape({ ...k, length: total }, false)),
      present_value: tensorFact(facts.V.dtype, headShape({ ...v, length: total }, false)),
      qk_matmul_output: tensorFact(dtype, [q.batch, q.heads, q.length, total]),
    }
  },
  reference: ({ Q, K, V, attn_mask, past_key, past_value, nonpad_kv_seqlen }, attrs, context) => {
    const q = unpackHeads(Q, attrs.q_num_heads)
    const k = appendHeads(past_key, unpackHeads(K, attrs.kv_num_heads))
    const v = appendHeads(past_value, unpackHeads(V, attrs.kv_num_heads))
    const keys = k.length
    context.checkElements(q.batch * q.heads * q.length * keys)
    const scores = scaledProducts(q, k, attrs.scale ?? 1 / Math.sqrt(q.size))
    const { softcap } = attrs
    const capped = softcap > 0 ? scores.map((x) => softcap * Math.tanh(x / softcap)) : scores
    const bias = attentionBias(
      attn_mask,
      nonpad_kv_seqlen && integersOf(nonpad_kv_seqlen),
      { batch: q.batch, heads: q.heads, queries: q.length, keys, past: past_key?.shape[2] ?? 0 },
      attrs,
    )
    const biased = capped.map((score, i) => score + bias[i]!)
    const probabilities = softmaxRows(biased, keys)
    clearHiddenRows(probabilities, bias, keys)
    const y = weightedValues(probabilities, q, v)
    const shape =
      Q.shape.length === 3 ? [q.batch, q.length, q.heads * v.size] : [q.batch, q.heads, q.length, v.size]
    const shown = [scores, capped, biased, probabilities][attrs.qk_matmul_output_mode]!
    return {
      Y: wide(Q.dtype, shape, packHeads(y, shape)),
      present_key: wide(K.dtype, [k.batch, k.heads, keys, k.size], k.data.slice()),
      present_value: wide(V.dtype, [v.batch, v.heads, keys, v.size], v.data.slice()),
      qk_matmul_output: wide(Q.dtype, [q.batch, q.heads, q.length, keys], shown),
    }
  },
  gradient: 'decomposed',
  lower: {
    kind: 'decompose',
    emit: (inputs, outputs, attrs, context) => lowerAttention({ ...inputs, ...outputs }, attrs, context),
    build: (b, names, attrs, { inputs: facts }) => decompose(b, names, facts, attrs),
  },
})

function checkAttrs(facts: Facts, attrs: AttentionAttrs): void {
  const { left_window_size, right_window_size, qk_matmul_output_mode: mode, softmax_precision } = attrs
  for (const size of [left_window_size, right_window_size]) {
    if (size < -1) refuse('window sizes must be -1 or more', size)
  }
  if (mode < 0 || mode > 3) refuse('qk_matmul_output_mode must be 0, 1, 2 or 3', mode)
  if (softmax_precision !== undefined) floatDTypeOfAttr('softmax_precision', softmax_precision)
  if (attrs.softcap < 0) refuse('softcap must not be negative', attrs.softcap)
  if ((facts.past_key === undefined) !== (facts.past_value === undefined)) {
    refuse('past_key and past_value must be given together', facts.past_key ? 'past_key' : 'past_value')
  }
  if (facts.nonpad_kv_seqlen && facts.past_key) {
    refuse(
      'nonpad_kv_seqlen must not be given beside a past',
      'both',
      'Append to the cache outside, or drop it.',
    )
  }
}

interface AttentionDims {
  readonly q: HeadDims
  readonly k: HeadDims
  readonly v: HeadDims
  /** Keys of the past and the current ones. */
  readonly total: Dim
}

/** All sizes, checked against each other; undefined where one of Q, K and V has an unknown rank. */
function attentionDims(
  { Q, K, V, attn_mask, past_key, past_value, nonpad_kv_seqlen }: Facts,
  { q_num_heads, kv_num_heads }: AttentionAttrs,
  freshDim: (hint: string) => Dim,
): AttentionDims | undefined {
  const q = headDims('Q', Q, q_num_heads)
  const k = headDims('K', K, kv_num_heads)
  const v = headDims('V', V, kv_num_heads)
  if (!q || !k || !v) return undefined
  if (Q.shape!.length !== K.shape!.length || Q.shape!.length !== V.shape!.length) {
    refuse(
      'Q, K and V must have the same rank',
      [Q, K, V].map((fact) => fact.shape!.length),
    )
  }
  for (const [name, other] of [
    ['K', k],
    ['V', v],
  ] as const)
    requireSize(`the batch of ${name}`, other.batch, q.batch)
  requireSize('the head size of K', k.size, q.size)
  requireSize('the length of V', v.length, k.length)
  requireSize('the heads of V', v.heads, k.heads)
  if (typeof q.heads === 'number' && typeof k.heads === 'number' && q.heads % k.heads !== 0) {
    refuse(`the heads of Q must be a multiple of the ${k.heads} heads of K`, q.heads)
  }
  requireShape('past_key', past_key, [q.batch, k.heads, undefined, k.size])
  requireShape('past_value', past_value, [q.batch, v.heads, past_key?.shape?.[2], v.size])
  requireShape('nonpad_kv_seqlen', nonpad_kv_seqlen, [q.batch])
  const before = past_key ? (past_key.shape?.[2] ?? past_value?.shape?.[2] ?? freshDim('past')) : 0
  const total = addDims(before, k.length)
  checkMask(attn_mask, [q.batch, q.heads, q.length, total])
  return { q, k, v, total }
}

/** A mask broadcasts from the right, except that its last size may fall short of the keys. */
function checkMask(mask: TensorFact | undefined, sizes: readonly Dim[]): void {
  const shape = mask?.shape
  if (!shape) return
  if (shape.length < 1 || shape.length > 4) refuse('attn_mask must have rank 1 to 4', shape.length)
  shape.forEach((size, i) => {
    const wanted = sizes[i + 4 - shape.length]
    if (typeof size !== 'number' || typeof wanted !== 'number') return
    const isLast = i === shape.length - 1
    if (isLast ? size > wanted : size !== 1 && size !== wanted) {
      refuse(`size ${i} of attn_mask must ${isLast ? 'be at most' : 'be 1 or'} ${wanted}`, size)
    }
  })
}

function decompose(b: GraphBuilder, names: NameArgs<typeof inputs>, facts: Facts, attrs: AttentionAttrs) {
  const sizes = attentionDims(facts, attrs, (hint) => refuse('sizes must be known', hint))
  if (!sizes) return undefined
  const rank = facts.Q.shape!.length
  const dtype = facts.Q.dtype
  const current = {
    key: splitHeads(b, names.K, rank, attrs.kv_num_heads),
    value: splitHeads(b, names.V, rank, attrs.kv_num_heads),
  }
  const append = (past: string | undefined, x: string) =>
    past ? b.node('Concat', [past, x], { axis: 2 }) : x
  const [present_key, present_value] = [
    append(names.past_key, current.key),
    append(names.past_value, current.value),
  ]
  const key = shareHeads(b, present_key, sizes.k.heads, sizes.q.heads)
  const value = shareHeads(b, present_value, sizes.v.heads, sizes.q.heads)
  if (key === undefined || value === undefined) return undefined
  const query = splitHeads(b, names.Q, rank, attrs.q_num_heads)
  const half = (x: string) => halfScaled(b, x, dtype, attrs.scale, sizes.q.size)
  const transposed = b.node('Transpose', [half(key)], { perm: [0, 1, 3, 2] })
  const scores = b.node('MatMul', [half(query), transposed])
  const cap = b.literal(dtype, attrs.softcap)
  const capped =
    attrs.softcap > 0 ? b.node('Mul', [b.node('Tanh', [b.node('Div', [scores, cap])]), cap]) : scores
  const bias = biasFor(b, names, facts, attrs, { query, key: present_key, past: names.past_key })
  const biased = bias ? b.node('Add', [capped, bias]) : capped
  const precision =
    attrs.softmax_precision === undefined
      ? dtype
      : floatDTypeOfAttr('softmax_precision', attrs.softmax_precision)
  const probabilities = guardedSoftmax(b, biased, bias, dtype, precision)
  const values = facts.V.dtype === dtype ? value : b.node('Cast', [value], { to: dtypeInfo(dtype).code })
  return {
    Y: joinHeads(b, b.node('MatMul', [probabilities, values]), rank),
    present_key: b.node('Identity', [present_key]),
    present_value: b.node('Identity', [present_value]),
    qk_matmul_output: [scores, capped, biased, probabilities][attrs.qk_matmul_output_mode]!,
  }
}

interface BiasNames {
  readonly query: string
  readonly key: string
  readonly past: string | undefined
}

/** The additive bias with a last size of all keys, or nothing. */
function biasFor(
  b: GraphBuilder,
  names: NameArgs<typeof inputs>,
  facts: Facts,
  attrs: AttentionAttrs,
  { query, key, past }: BiasNames,
): string | undefined {
  const dtype = facts.Q.dtype
  const keys = sizeOf(b, key, 2)
  const visible = visibility(
    b,
    { queries: sizeOf(b, query, 2), keys, past: past && sizeOf(b, past, 2), valid: names.nonpad_kv_seqlen },
    attrs,
  )
  const { attn_mask: mask } = facts
  if (!names.attn_mask || !mask) return visible && biasOf(b, visible, dtype)
  const padded = padMask(b, names.attn_mask, mask.dtype, keys)
  if (mask.dtype === 'bool') {
    return biasOf(b, visible ? b.node('And', [padded, visible]) : padded, dtype)
  }
  const added = mask.dtype === dtype ? padded : b.node('Cast', [padded], { to: dtypeInfo(dtype).code })
  return visible ? b.node('Add', [added, biasOf(b, visible, dtype)]) : added
}
