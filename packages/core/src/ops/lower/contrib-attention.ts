/** Lowers MultiHeadAttention and GroupQueryAttention. */
import type { Place } from '../../kernel/kernel.ts'
import type { LowerContext, Refusal, TensorRef } from '../../kernel/lower.ts'
import { groupPlaces } from '../../kernel/nn/attention-places.ts'
import { fillCache } from '../../kernel/nn/cache.ts'
import { type PaddingKind, paddingBias } from '../../kernel/nn/padding-bias.ts'
import { appended, callAttention, type MaskRef, maskOf } from './attention.ts'
import { type HeadsRef, headsApart, headsOf, strideArgs } from './heads.ts'
import { callRotary } from './rotary.ts'

export interface MultiHeadRefs {
  readonly query: TensorRef
  readonly key: TensorRef | undefined
  readonly value: TensorRef | undefined
  readonly bias: TensorRef | undefined
  readonly key_padding_mask: TensorRef | undefined
  readonly attention_bias: TensorRef | undefined
  readonly past_key: TensorRef | undefined
  readonly past_value: TensorRef | undefined
  readonly output: TensorRef
  readonly present_key: TensorRef | undefined
  readonly present_value: TensorRef | undefined
  readonly qk: TensorRef | undefined
}

export interface MultiHeadSpec {
  readonly num_heads: number
  readonly mask_filter_value: number | undefined
  readonly scale: number | undefined
  readonly unidirectional: number
}

/** MultiHeadAttention of com.microsoft. */
export function lowerMultiHead(refs: MultiHeadRefs, spec: MultiHeadSpec, context: LowerContext): Refusal {
  const { query, key, value, bias, attention_bias, past_key } = refs
  if (!key || !value) return 'packed projections'
  for (const { dtype } of [query, key, value]) if (dtype !== 'float32') return `dtype ${dtype}`
  if (refs.qk) return 'an output of scores'
  const heads = spec.num_heads
  const packed = key.shape.length === 3
  const keys = (past_key?.shape[2] ?? 0) + key.shape[packed ? 1 : 2]!
  const scoreBias = attention_bias && maskOf(attention_bias)
  if (typeof scoreBias === 'string') return scoreBias
  if (scoreBias && scoreBias.width !== keys) return 'an attention_bias that does not cover the keys'
  const padding = refs.key_padding_mask && paddingOf(refs.key_padding_mask, query, keys)
  if (typeof padding === 'string') return padding
  const [own, k, v] = [headsOf(query, heads), headsOf(key, heads), headsOf(value, heads)]
  const part = (skip: number): Place | undefined => bias && at(bias.at, 4 * skip)
  const hidden = query.shape[2]!
  const q = appended(undefined, own, undefined, context, part(0))
  const allKeys = appended(past_key, k, refs.present_key, context, packed ? part(hidden) : undefined)
  const valueBias = packed ? part(2 * hidden) : undefined
  const allValues = appended(refs.past_value, v, refs.present_value, context, valueBias)
  const masks = [
    ...(padding ? [callPadding(padding, spec.mask_filter_value ?? -10_000, keys, context)] : []),
    ...(scoreBias ? [scoreBias.mask] : []),
  ]
  callAttention(
    {
      q,
      k: allKeys,
      v: allValues,
      y: headsOf(refs.output, heads),
      masks,
      scale: spec.scale || 1 / Math.sqrt(q.size),
      softcap: 0,
      right: spec.unidirectional === 1 ? 0 : undefined,
      keys,
      offset: past_key?.shape[2] ?? 0,
    },
    context,
  )
  return undefined
}

const at = ({ buffer, offsetBytes }: Place, bytes: number): Place => ({
  buffer,
  offsetBytes: offsetBytes + bytes,
})

interface Padding {
  readonly at: Place
  readonly kind: PaddingKind
  readonly batch: number
  /** Rows of keys of a sequence. */
  readonly rows: number
}

/** How a mask of padding is to be read, or why it is not. */
export function paddingOf({ at, dtype, shape }: TensorRef, query: TensorRef, keys: number): Padding | string {
  const batch = query.shape[0]!
  if (dtype !== 'int32') return `a mask of dtype ${dtype}`
  if (shape.length === 1) return { at, kind: shape[0] === batch ? 'ends' : 'ends-starts', batch, rows: 1 }
  const rows = shape.length === 3 ? shape[1]! : 1
  if (shape[0] !== batch || shape.at(-1) !== keys) return 'a mask that does not cover the keys'
  return { at, kind: 'keys', batch, rows }
}

function callPadding(padding: Padding, filter: number, keys: number, context: LowerContext): MaskRef {
  const { batch, rows, kind } = padding
  const out = context.temp('padding', 4 * batch * rows * keys)
  context.call(paddingBias(kind), { mask: padding.at, out, keys, rows: batch, filter }, batch * rows)
  const row = 4 * keys
  return { kind: 'float', at: out, strides: { batch: rows * row, head: 0, row: rows === 1 ? 0 : row } }
}

export interface GroupRefs {
  readonly query: TensorRef
  readonly key: TensorRef | undefined
  readonly value: TensorRef | undefined
  readonly past_key: TensorRef | undefined
  readonly past_value: TensorRef | undefined
  readonly seqlens_k: TensorRef
  readonly total_sequence_length: TensorRef
  readonly cos_cache: TensorRef | undefined
  readonly sin_cache: TensorRef | undefined
  readonly position_ids: TensorRef | undefined
  readonly attention_bias: TensorRef | undefined
  readonly head_sink: TensorRef | undefined
  readonly output: TensorRef
  readonly present_key: TensorRef | undefined
  readonly present_value: TensorRef | undefined
  readonly output_qk: TensorRef | undefined
}

export interface GroupOptions {
  readonly num_heads: number
  readonly kv_num_heads: number
  readonly causal: number
  readonly do_rotary: number
  readonly rotary_interleaved: number
  readonly local_window_size: number
  readonly scale: number | undefined
  readonly smooth_softmax: number
  readonly softcap: number
}

/** GroupQueryAttention of com.microsoft. */
export function lowerGroupQuery(refs: GroupRefs, spec: GroupOptions, context: LowerContext): Refusal {
  const { query, past_key, present_key, present_value, attention_bias } = refs
  if (query.dtype !== 'float32' || (past_key && past_key.dtype !== 'float32')) return `dtype ${query.dtype}`
  if (refs.output_qk) return 'an output of scores'
  if (!present_key || !present_value) return 'no present cache'
  const mask = attention_bias && maskOf(attention_bias)
  if (typeof mask === 'string') return mask
  const { q, k, v } = projections(refs, spec)
  const [rows, pastRows] = [present_key.shape[2]!, past_key?.shape[2] ?? 0]
  const most = Math.min(rows, mask?.width ?? rows)
  const places = context.temp('places', 8 * q.batch)
  const placeArgs = { last: refs.seqlens_k.at, total: refs.total_sequence_length.at, out: places }
  context.call(groupPlaces, { ...placeArgs, length: q.length, rows: most, pastRows }, q.batch)
  const turn = (x: HeadsRef) => (spec.do_rotary === 1 ? rotated(x, refs, spec, places, context) : x)
  const keys = filled(past_key, turn(k), present_key, places, context)
  const values = filled(refs.past_value, v, present_value, places, context)
  callAttention(
    {
      q: turn(q),
      k: keys,
      v: values,
      y: headsOf(refs.output, spec.num_heads),
      masks: mask ? [mask.mask] : [],
      scale: spec.scale || 1 / Math.sqrt(q.size),
      softcap: spec.softcap,
      left: spec.local_window_size < 0 ? undefined : spec.local_window_size - 1,
      right: spec.causal === 1 ? 0 : undefined,
      keys: most,
      offset: 0,
      places,
      sink:
        refs.head_sink?.at ??
        (spec.smooth_softmax === 1 ? context.table(new Uint8Array(4 * q.heads)) : undefined),
    },
    context,
  )
  return undefined
}

/** Heads of query, key and value, which may be packed side by side. */
function projections({ query, key, value }: GroupRefs, { num_heads, kv_num_heads }: GroupOptions) {
  if (key && value) {
    const [k, v] = [headsOf(key, kv_num_heads), headsOf(value, kv_num_heads)]
    return { q: headsOf(query, num_heads), k, v }
  }
  const all = headsOf(query, num_heads + 2 * kv_num_heads)
  const part = (first: number, heads: number): HeadsRef => ({
    ...all,
    heads,
    at: at(all.at, first * all.strides.head),
  })
  return {
    q: part(0, num_heads),
    k: part(num_heads, kv_num_heads),
    v: part(num_heads + kv_num_heads, kv_num_heads),
  }
}

function rotated(
  x: HeadsRef,
  { cos_cache, sin_cache, position_ids }: GroupRefs,
  { rotary_interleaved }: GroupOptions,
  places: Place,
  context: LowerContext,
): HeadsRef {
  const y = headsApart(context.temp('rotated heads', 4 * x.batch * x.heads * x.length * x.size), x)
  const positions = position_ids
    ? ({ source: 'list', at: position_ids.at } as const)
    : ({ source: 'places', at: places } as const)
  const interleaved = rotary_interleaved === 1
  callRotary({ x, y, cos: cos_cache!, sin: sin_cache!, positions, interleaved }, context)
  return y
}

/** The cache with the new rows in it. */
function filled(
  past: TensorRef | undefined,
  x: HeadsRef,
  present: TensorRef,
  places: Place,
  { call }: LowerContext,
): HeadsRef {
  const { batch, heads, length, size } = x
  const rows = present.shape[2]!
  const sizes = { heads, length, pastRows: past?.shape[2] ?? 0, rows, rowBytes: 4 * size }
  call(
    fillCache,
    { past: past?.at, x: x.at, y: present.at, places, ...sizes, ...strideArgs('x', x) },
    batch * heads,
  )
  return headsApart(present.at, { batch, heads, length: rows, size })
}
