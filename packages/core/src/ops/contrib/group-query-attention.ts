import { type Dim, floorDivDims } from '../../base/dim.ts'
import { attr } from '../attr.ts'
import { defineOp } from '../define.ts'
import { tensorFact, valuesOf } from '../fact.ts'
import { lowerGroupQuery } from '../lower/contrib-attention.ts'
import { maybe, one } from '../param.ts'
import { refuse } from '../refuse.ts'
import { requireScalar, requireShape } from '../shared/require.ts'
import { groupAttention } from './shared/group-attention.ts'

const inputs = {
  query: one('T'),
  key: maybe('T'),
  value: maybe('T'),
  past_key: maybe('T_CACHE'),
  past_value: maybe('T_CACHE'),
  seqlens_k: one('M'),
  total_sequence_length: one('M'),
  cos_cache: maybe('T'),
  sin_cache: maybe('T'),
  position_ids: maybe('int64'),
  attention_bias: maybe('T'),
  head_sink: maybe('T'),
  k_scale: maybe('T_KV_SCALE'),
  v_scale: maybe('T_KV_SCALE'),
  q_norm_weight: maybe('T'),
  k_norm_weight: maybe('T'),
}
const cacheTypes = ['NONE', 'PER_TENSOR', 'PER_CHANNEL'] as const
const attrs = {
  num_heads: attr.required.int(),
  kv_num_heads: attr.required.int(),
  causal: attr.int(1),
  do_rotary: attr.int(0),
  k_quant_type: attr.oneOf(cacheTypes, 'NONE'),
  kv_cache_bit_width: attr.optional.int(),
  local_window_size: attr.int(-1),
  qk_norm_epsilon: attr.float(1e-6),
  qk_output: attr.int(0),
  rotary_interleaved: attr.int(0),
  scale: attr.optional.float(),
  sliding_window_cache: attr.int(0),
  smooth_softmax: attr.int(-1),
  softcap: attr.float(0),
  v_quant_type: attr.oneOf(cacheTypes, 'NONE'),
}

/**
 * Attention in which groups of query heads share a key head, with rotation of queries and keys and a cache
 * whose rows are filled up to seqlens_k + 1. A query without key and value holds all three. Caches are not
 * quantized, and hold every position.
 */
export const groupQueryAttention = defineOp({
  name: 'GroupQueryAttention',
  domain: 'com.microsoft',
  since: [1],
  types: {
    T: ['float32', 'float16', 'bfloat16'],
    T_CACHE: ['float32', 'float16', 'bfloat16'],
    T_KV_SCALE: ['float32'],
    M: ['int32'],
  },
  inputs,
  outputs: {
    output: one('T'),
    present_key: maybe('T_CACHE'),
    present_value: maybe('T_CACHE'),
    output_qk: maybe('T'),
  },
  attrs,
  infer: (facts, options, { freshDim }) => {
    const { num_heads, kv_num_heads } = options
    const { query, key, value, past_key, past_value } = facts
    if (num_heads < 1 || kv_num_heads < 1 || num_heads % kv_num_heads !== 0) {
      refuse(`num_heads must be a multiple of kv_num_heads ${kv_num_heads}`, num_heads)
    }
    if ((key === undefined) !== (value === undefined)) refuse('key and value must be given together', 'one')
    if ((past_key === undefined) !== (past_value === undefined)) {
      refuse('past_key and past_value must be given together', past_key ? 'past_key' : 'past_value')
    }
    if (options.do_rotary === 1 && !(facts.cos_cache && facts.sin_cache)) {
      refuse('cos_cache and sin_cache must be given where do_rotary is 1', 'none')
    }
    checkUnsupported(facts, options)
    requireShape('query', query, [undefined, undefined, undefined])
    requireShape('seqlens_k', facts.seqlens_k, [query.shape?.[0]])
    requireScalar('total_sequence_length', facts.total_sequence_length)
    const [batch, length, hidden] = query.shape ?? [freshDim('batch'), freshDim('length'), freshDim('hidden')]
    const parts = num_heads + (key ? 0 : 2 * kv_num_heads)
    if (typeof hidden === 'number' && hidden % parts !== 0) {
      refuse(`the last size of query must divide by ${parts} heads`, hidden)
    }
    const size = floorDivDims(hidden!, parts)
    for (const [name, fact] of Object.entries({ key, value })) {
      const own = typeof size === 'number' ? size * kv_num_heads : undefined
      requireShape(name, fact, [batch, length, own])
    }
    requireShape('past_key', past_key, [batch, kv_num_heads, undefined, size])
    requireShape('past_value', past_value, [batch, kv_num_heads, past_key?.shape?.[2], size])
    const total = valuesOf(facts.total_sequence_length)?.[0]
    const kept = keptLength(past_key ? (past_key.shape?.[2] ?? freshDim('past')) : 0, total)
    const present = [batch!, kv_num_heads, kept ?? freshDim('present'), size]
    const width = key ? hidden! : typeof size === 'number' ? size * num_heads : freshDim('width')
    return {
      output: tensorFact(query.dtype, [batch!, length!, width]),
      present_key: tensorFact(query.dtype, present),
      present_value: tensorFact(query.dtype, present),
      output_qk: tensorFact(query.dtype, [batch!, num_heads, length!, freshDim('total')]),
    }
  },
  reference: 'decomposed',
  gradient: 'decomposed',
  lower: {
    kind: 'decompose',
    emit: (inputs, outputs, options, context) => lowerGroupQuery({ ...inputs, ...outputs }, options, context),
    build: (b, names, options, { inputs: facts }) => {
      const { query, key, cos_cache } = facts
      const hidden = query.shape?.[2]
      if (typeof hidden !== 'number') return undefined
      const parts = options.num_heads + (key ? 0 : 2 * options.kv_num_heads)
      const spec = { ...options, size: hidden / parts, dtype: query.dtype }
      const half = cos_cache?.shape?.[1]
      if (options.do_rotary === 1 && typeof half !== 'number') return undefined
      return groupAttention(b, names, { ...spec, rotated: typeof half === 'number' ? 2 * half : 0 })
    },
  },
})

/** Rows of the present cache: the past buffer's where that is long enough. */
function keptLength(past: Dim, total: Dim | undefined): Dim | undefined {
  if (past === 0) return total
  return typeof past === 'number' && typeof total === 'number' ? Math.max(past, total) : undefined
}

function checkUnsupported(
  { k_scale, v_scale, q_norm_weight, k_norm_weight }: Readonly<Record<string, unknown>>,
  { k_quant_type, v_quant_type, sliding_window_cache, qk_output }: Readonly<Record<string, unknown>>,
): void {
  if (k_scale || v_scale || k_quant_type !== 'NONE' || v_quant_type !== 'NONE') {
    refuse('the cache must not be quantized', k_quant_type)
  }
  if (q_norm_weight || k_norm_weight) refuse('q_norm_weight and k_norm_weight must not be given', 'weights')
  if (sliding_window_cache !== 0) refuse('sliding_window_cache must be 0', sliding_window_cache)
  if (qk_output !== 0) refuse('qk_output must be 0', qk_output)
}
