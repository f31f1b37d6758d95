/** The masks of MultiHeadAttention and Attention of com.microsoft, in the form that ONNX's Attention takes. */
import { type Dim, dimsEqual } from '../../../base/dim.ts'
import type { DType } from '../../../base/dtype.ts'
import { float, type GraphBuilder } from '../../../ir/builder.ts'
import type { TensorFact } from '../../fact.ts'
import { refuse } from '../../refuse.ts'
import { joinHeads, sizeOf } from '../../shared/attention/attention-graph.ts'
import { cast } from './quantized-graph.ts'

export interface MaskNames {
  readonly mask: string | undefined
  readonly attention_bias: string | undefined
}

export interface AttentionOperands extends MaskNames {
  readonly query: string
  /** All keys and values, those of the past included: [batch, heads, length, size]. */
  readonly key: string
  readonly value: string
  /** Only to know how many keys come before the queries; an int64 vector of one element. */
  readonly past: string | undefined
}

export interface MaskedSpec {
  readonly scale: number | undefined
  readonly mask_filter_value: number | undefined
  readonly unidirectional: number
  readonly dtype: DType
  readonly mask: TensorFact | undefined
  readonly batch: Dim
  /** Whether somebody wants the scores. */
  readonly scores: boolean
}

/** Attention of heads apart: the packed output, and the scores with all that is added to them where they are wanted. */
export function maskedAttention(b: GraphBuilder, names: AttentionOperands, spec: MaskedSpec) {
  const { query, key, value, attention_bias, past } = names
  const keys = sizeOf(b, key, 2)
  const summands = [
    names.mask && spec.mask ? paddingBias(b, names.mask, keys, spec) : undefined,
    attention_bias,
    spec.unidirectional === 1 ? causalBias(b, { queries: sizeOf(b, query, 2), keys, past }, spec) : undefined,
  ].filter((one) => one !== undefined)
  const bias = summands.length === 0 ? undefined : summands.reduce((x, y) => b.node('Add', [x, y]))
  const scale = spec.scale ? { scale: float(spec.scale) } : {}
  const attributes = spec.scores ? { qk_matmul_output_mode: 2, ...scale } : scale
  const outputs = spec.scores ? 4 : 1
  const [y, , , scores] = b.nodes('Attention', [query, key, value, bias], attributes, { outputs })
  return { output: joinHeads(b, y!, 3), scores }
}

function counted(b: GraphBuilder, count: string): string {
  return b.node('Range', [b.literal('int64', 0), b.node('Squeeze', [count]), b.literal('int64', 1)])
}

/** -Infinity on keys behind a query. */
function causalBias(
  b: GraphBuilder,
  {
    queries,
    keys,
    past,
  }: { readonly queries: string; readonly keys: string; readonly past: string | undefined },
  { dtype }: MaskedSpec,
): string {
  const rows = b.node('Unsqueeze', [counted(b, queries), b.literal('int64', [1])])
  const positions = past === undefined ? rows : b.node('Add', [rows, past])
  const visible = b.node('LessOrEqual', [counted(b, keys), positions])
  const hidden = b.literal(dtype, Number.NEGATIVE_INFINITY)
  return b.node('Where', [visible, b.literal(dtype, 0), hidden])
}

/** The filter value on what the mask hides; hidden keys still count where all of a row are hidden. */
function paddingBias(b: GraphBuilder, mask: string, keys: string, spec: MaskedSpec): string {
  const visible = seen(b, mask, keys, spec)
  const filter = b.literal(spec.dtype, spec.mask_filter_value ?? -10_000)
  return b.node('Where', [visible, b.literal(spec.dtype, 0), filter])
}

/** Bools that broadcast to [batch, heads, queries, keys]. */
function seen(b: GraphBuilder, mask: string, keys: string, { mask: fact, batch }: MaskedSpec): string {
  const shape = fact?.shape ?? refuse('the rank of the mask must be known', 'an unknown one')
  if (shape.length === 2 || shape.length === 3) {
    const axes = shape.length === 2 ? [1, 2] : [1]
    const flags = b.node('Greater', [mask, b.literal('int32', 0)])
    return b.node('Unsqueeze', [flags, b.literal('int64', axes)])
  }
  const parts = shape.length === 1 ? partsOf(shape[0]!, batch) : undefined
  if (parts === undefined) return refuse('a mask must have the shape of lengths, of keys, or of both', shape)
  const columns = counted(b, keys)
  const column = b.literal('int64', [-1, 1, 1, 1])
  const bounds = cast(b, mask, 'int64')
  if (parts === 1) return b.node('Less', [columns, b.node('Reshape', [bounds, column])])
  const [ends, starts] = b.nodes('Split', [bounds], { axis: 0, num_outputs: 2 }, { outputs: 2 })
  const before = b.node('Less', [columns, b.node('Reshape', [ends!, column])])
  return b.node('And', [before, b.node('GreaterOrEqual', [columns, b.node('Reshape', [starts!, column])])])
}

/** Whether a vector holds an end per sequence, or all ends and then all starts. */
function partsOf(length: Dim, batch: Dim): 1 | 2 | undefined {
  if (dimsEqual(length, batch)) return 1
  return typeof batch === 'number' && length === 2 * batch ? 2 : undefined
}
