/** GroupQueryAttention in terms of Attention, RotaryEmbedding and a gathered cache. */
import type { DType } from '../../../base/dtype.ts'
import { float, type GraphBuilder } from '../../../ir/builder.ts'
import { joinHeads, padMask, sizeOf, splitHeads } from '../../shared/attention/attention-graph.ts'
import { cast } from './quantized-graph.ts'

export interface GroupNames {
  readonly query: string
  readonly key: string | undefined
  readonly value: string | undefined
  readonly past_key: string | undefined
  readonly past_value: string | undefined
  readonly seqlens_k: string
  readonly total_sequence_length: string
  readonly cos_cache: string | undefined
  readonly sin_cache: string | undefined
  readonly position_ids: string | undefined
  readonly attention_bias: string | undefined
  readonly head_sink: string | undefined
}

export interface GroupSpec {
  readonly num_heads: number
  readonly kv_num_heads: number
  readonly causal: number
  readonly do_rotary: number
  readonly rotary_interleaved: number
  readonly local_window_size: number
  readonly scale: number | undefined
  readonly smooth_softmax: number
  readonly softcap: number
  /** Of a head. */
  readonly size: number
  /** Elements of a head that are rotated. */
  readonly rotated: number
  readonly dtype: DType
}

/** Attention of grouped heads over the keys and values of a cache, as nodes; the names of its outputs. */
export function groupAttention(b: GraphBuilder, names: GroupNames, spec: GroupSpec) {
  const [q, k, v] = splitProjections(b, names, spec)
  const places = placesOf(b, names, q)
  const turn = (x: string) => (spec.do_rotary === 1 ? rotate(b, x, names, places, spec) : x)
  const present_key = fill(b, names.past_key, turn(k), places, spec.dtype)
  const present_value = fill(b, names.past_value, v, places, spec.dtype)
  const mask = maskOf(b, names.attention_bias, places, spec)
  const operands =
    names.head_sink || spec.smooth_softmax === 1
      ? withSink(b, { q, k: present_key, v: present_value, mask }, names.head_sink, spec)
      : [present_key, present_value, mask]
  const y = b.node('Attention', [turn(q), ...operands], {
    ...(spec.scale && { scale: float(spec.scale) }),
    softcap: float(spec.softcap),
  })
  return { output: joinHeads(b, y, 3), present_key, present_value }
}

/** Heads of query, key and value apart: [batch, heads, length, size]. */
function splitProjections(
  b: GraphBuilder,
  { query, key, value }: GroupNames,
  { num_heads, kv_num_heads, size }: GroupSpec,
): readonly [string, string, string] {
  const widths = [num_heads, kv_num_heads, kv_num_heads].map((heads) => heads * size)
  const [q, k, v] =
    key !== undefined && value !== undefined
      ? [query, key, value]
      : b.nodes('Split', [query, b.literal('int64', widths)], { axis: 2 }, { outputs: 3 })
  return [
    splitHeads(b, q!, 3, num_heads),
    splitHeads(b, k!, 3, kv_num_heads),
    splitHeads(b, v!, 3, kv_num_heads),
  ]
}

/** Where the new tokens stand; int64 vectors of one element but for those with other shapes. */
interface Places {
  readonly length: string
  /** Rows before the new ones in each cache: [batch, 1]. */
  readonly past: string
  /** Rows in use in each cache: [batch, 1]. */
  readonly used: string
  /** Position of each new token: [batch, length]. */
  readonly positions: string
  /** Rows of the past buffer. */
  readonly pastRows: string
  /** Rows of the present cache, and their numbers. */
  readonly rows: string
  readonly columns: string
}

function placesOf(
  b: GraphBuilder,
  { seqlens_k, total_sequence_length, past_key }: GroupNames,
  q: string,
): Places {
  const whole = (value: number) => b.literal('int64', [value])
  const count = (end: string) =>
    b.node('Range', [b.literal('int64', 0), b.node('Squeeze', [end]), b.literal('int64', 1)])
  const length = sizeOf(b, q, 2)
  const total = b.node('Reshape', [cast(b, total_sequence_length, 'int64'), whole(1)])
  const last = b.node('Reshape', [cast(b, seqlens_k, 'int64'), b.literal('int64', [-1, 1])])
  const used = b.node('Add', [last, whole(1)])
  // A prompt fills the cache from its start on, however short a row's own sequence is.
  const first = b.node('Equal', [length, total])
  const past = b.node('Where', [first, whole(0), b.node('Sub', [used, length])])
  const pastRows = past_key === undefined ? whole(0) : sizeOf(b, past_key, 2)
  const rows = b.node('Max', [pastRows, total])
  const positions = b.node('Add', [past, count(length)])
  return { length, past, used, positions, pastRows, rows, columns: count(rows) }
}

function rotate(
  b: GraphBuilder,
  x: string,
  { cos_cache, sin_cache, position_ids }: GroupNames,
  { positions }: Places,
  { rotary_interleaved, rotated, size }: GroupSpec,
): string {
  return b.node('RotaryEmbedding', [x, cos_cache, sin_cache, position_ids ?? positions], {
    interleaved: rotary_interleaved,
    rotary_embedding_dim: rotated === size ? 0 : rotated,
  })
}

/** The past rows in use, the new ones, and zeros up to the size of the cache. */
function fill(
  b: GraphBuilder,
  cache: string | undefined,
  x: string,
  { length, past, pastRows, rows, columns }: Places,
  dtype: DType,
): string {
  const sizes = (count: string) =>
    b.node('Concat', [b.node('Shape', [x], { end: 2 }), count, sizeOf(b, x, 3)], { axis: 0 })
  const zero = b.node('Expand', [b.literal(dtype, 0), sizes(b.literal('int64', [1]))])
  const parts = cache === undefined ? [x, zero] : [cache, x, zero]
  const source = b.node('Concat', parts, { axis: 2 })
  const add = (p: string, q: string) => b.node('Add', [p, q])
  const fresh = b.node('Sub', [add(columns, pastRows), past])
  const isNew = b.node('Less', [columns, add(past, length)])
  const newOrZero = b.node('Where', [isNew, fresh, add(pastRows, length)])
  const index = b.node('Where', [b.node('Less', [columns, past]), columns, newOrZero])
  const spread = b.node('Unsqueeze', [index, b.literal('int64', [1, 3])])
  return b.node('GatherElements', [source, b.node('Expand', [spread, sizes(rows)])], { axis: 2 })
}

/** What is added to the scores: the bias where a query sees a key, -Infinity elsewhere. */
function maskOf(
  b: GraphBuilder,
  bias: string | undefined,
  { positions, used, rows, columns }: Places,
  { causal, local_window_size: window, dtype }: GroupSpec,
): string {
  const row = b.node('Unsqueeze', [positions, b.literal('int64', [1, 3])])
  const inUse = b.node('Less', [columns, b.node('Unsqueeze', [used, b.literal('int64', [1, 2])])])
  const tooEarly = b.node('Sub', [row, b.literal('int64', window)])
  const conditions = [
    inUse,
    ...(causal === 1 ? [b.node('LessOrEqual', [columns, row])] : []),
    ...(window >= 0 ? [b.node('Greater', [columns, tooEarly])] : []),
  ]
  const visible = conditions.reduce((x, y) => b.node('And', [x, y]))
  const shown = bias === undefined ? b.literal(dtype, 0) : padMask(b, bias, dtype, rows)
  return b.node('Where', [visible, shown, b.literal(dtype, Number.NEGATIVE_INFINITY)])
}

/**
 * One more key and value of zeros, whose score is the sink (0 where there is none), so that it takes its share of the
 * probabilities and adds nothing.
 */
function withSink(
  b: GraphBuilder,
  { q, k, v, mask }: Readonly<Record<'q' | 'k' | 'v' | 'mask', string>>,
  sink: string | undefined,
  { dtype }: GroupSpec,
): string[] {
  const longer = (x: string) =>
    b.node('Pad', [x, b.literal('int64', [0, 1]), b.literal(dtype, 0), b.literal('int64', [2])])
  const front = b.node('Shape', [q], { end: 3 })
  const sized = (x: string, last: string) =>
    b.node('Expand', [x, b.node('Concat', [front, last], { axis: 0 })])
  const perHead = b.node('Reshape', [sink ?? b.literal(dtype, [0]), b.literal('int64', [1, -1, 1, 1])])
  const columns = [sized(mask, sizeOf(b, mask, 3)), sized(perHead, b.literal('int64', [1]))]
  return [longer(k), longer(v), b.node('Concat', columns, { axis: 3 })]
}
