/** Lowers attention over heads to the kernel of the online softmax. */
import type { Place } from '../../kernel/kernel.ts'
import type { LowerContext, Refusal, TensorRef } from '../../kernel/lower.ts'
import { attentionKernel } from '../../kernel/nn/attention.ts'
import { attentionScratch, type MaskKind } from '../../kernel/nn/attention-form.ts'
import { paddedPlaces } from '../../kernel/nn/attention-places.ts'
import { copyRows, type HeadsRef, headsApart, headsOf, rowsOf, strideArgs } from './heads.ts'

/** Something added to scores, broadcast along the axes whose stride is 0. */
export interface MaskRef {
  readonly kind: MaskKind
  readonly at: Place
  readonly strides: HeadsRef['strides']
}

export interface AttentionCall {
  readonly q: HeadsRef
  readonly k: HeadsRef
  readonly v: HeadsRef
  readonly y: HeadsRef
  readonly masks: readonly MaskRef[]
  readonly scale: number
  readonly softcap: number
  /** Keys before and behind its own position that a query sees; all where absent. */
  readonly left?: number | undefined
  readonly right?: number | undefined
  /** Keys that any query may see, and the position of the first query; or both of each sequence. */
  readonly keys: number
  readonly offset: number
  readonly places?: Place | undefined
  readonly sink?: Place | undefined
}

const everything = 2 ** 30
const mostQueries = 32
/** Multiply-adds of a task. */
const taskWork = 2e6

/** Adds the call that computes attention. */
export function callAttention(attention: AttentionCall, { call, target, threads }: LowerContext): void {
  const { q, k, v, y, masks, places, sink, keys, offset, scale, softcap } = attention
  const [left, right] = [attention.left ?? everything, attention.right ?? everything]
  if (q.batch * q.heads * q.length * v.size === 0) return
  const wanted = Math.max(2, Math.floor(taskWork / (keys * (q.size + v.size) + 1)))
  const fair = Math.ceil((q.length * q.batch * q.heads) / (2 * threads))
  const queriesPerTask = Math.min(mostQueries, q.length, Math.max(2, Math.min(wanted, fair)))
  const tasksPerHead = Math.ceil(q.length / queriesPerTask)
  const form = {
    masks: masks.map(({ kind }) => kind),
    softcap: softcap > 0,
    places: places !== undefined,
    sink: sink !== undefined,
  }
  const none = { strides: { batch: 0, head: 0, row: 0 } }
  const args = {
    q: q.at,
    k: k.at,
    v: v.at,
    y: y.at,
    ...strideArgs('q', q),
    ...strideArgs('k', k),
    ...strideArgs('v', v),
    ...strideArgs('y', y),
    mask0: masks[0]?.at,
    ...strideArgs('mask0', masks[0] ?? none),
    mask1: masks[1]?.at,
    ...strideArgs('mask1', masks[1] ?? none),
    places,
    sink,
    heads: q.heads,
    group: q.heads / k.heads,
    queries: q.length,
    keys,
    offset,
    size: q.size,
    valueSize: v.size,
    left,
    right,
    queriesPerTask,
    tasksPerHead,
    scale,
    softcap,
  }
  const scratch = attentionScratch(queriesPerTask, v.size)
  call(attentionKernel(target, form), args, q.batch * q.heads * tasksPerHead, scratch)
}

/** A mask that broadcasts from the right to [batch, heads, queries, …], and how many keys it covers. */
export function maskOf({
  dtype,
  shape,
  at,
}: TensorRef): { readonly mask: MaskRef; readonly width: number } | string {
  if (dtype !== 'float32' && dtype !== 'bool') return `a mask of dtype ${dtype}`
  const bytes = dtype === 'bool' ? 1 : 4
  const [n, h, i, width] = [1, 1, 1, ...shape].slice(-4) as [number, number, number, number] // rank 1 to 4
  const stride = (size: number, elements: number) => (size === 1 ? 0 : bytes * elements)
  const strides = {
    batch: stride(n, h * i * width),
    head: stride(h, i * width),
    row: stride(i, width),
  }
  return { mask: { kind: dtype === 'bool' ? 'bool' : 'float', at, strides }, width }
}

/** Keys or values of the past followed by the new ones, to which a bias is added; where `present` is to hold them, or a place of the node's own. */
export function appended(
  past: TensorRef | undefined,
  own: HeadsRef,
  present: TensorRef | undefined,
  context: LowerContext,
  bias?: Place,
): HeadsRef {
  if (!past && !present && !bias) return own
  const before = past?.shape[2] ?? 0
  const sizes = { ...own, length: before + own.length }
  const bytes = 4 * own.batch * own.heads * sizes.length * own.size
  const all = headsApart(present?.at ?? context.temp('keys and values', bytes), sizes)
  if (past) copyRows(headsOf(past, undefined), rowsOf(all, 0, before), context)
  copyRows(own, rowsOf(all, before, own.length), context, bias)
  return past || bias ? all : own
}

export interface AttentionRefs {
  readonly Q: TensorRef
  readonly K: TensorRef
  readonly V: TensorRef
  readonly attn_mask: TensorRef | undefined
  readonly past_key: TensorRef | undefined
  readonly past_value: TensorRef | undefined
  readonly nonpad_kv_seqlen: TensorRef | undefined
  readonly Y: TensorRef
  readonly present_key: TensorRef | undefined
  readonly present_value: TensorRef | undefined
  readonly qk_matmul_output: TensorRef | undefined
}

export interface AttentionSpec {
  readonly is_causal: number
  readonly q_num_heads: number | undefined
  readonly kv_num_heads: number | undefined
  readonly scale: number | undefined
  readonly softcap: number
  readonly left_window_size: number
  readonly right_window_size: number
}

/** Attention of the standard. */
export function lowerAttention(refs: AttentionRefs, spec: AttentionSpec, context: LowerContext): Refusal {
  const { Q, K, V, nonpad_kv_seqlen: lengths } = refs
  for (const { dtype } of [Q, K, V]) if (dtype !== 'float32') return `dtype ${dtype}`
  if (refs.qk_matmul_output) return 'an output of scores'
  const mask = refs.attn_mask && maskOf(refs.attn_mask)
  if (typeof mask === 'string') return mask
  const q = headsOf(Q, spec.q_num_heads)
  const k = appended(refs.past_key, headsOf(K, spec.kv_num_heads), refs.present_key, context)
  const v = appended(refs.past_value, headsOf(V, spec.kv_num_heads), refs.present_value, context)
  const y = headsOf(refs.Y, spec.q_num_heads)
  const most = Math.min(k.length, mask?.width ?? k.length)
  const right = spec.right_window_size < 0 ? everything : spec.right_window_size
  const places = lengths && context.temp('places', 8 * q.batch)
  if (lengths && places) {
    const args = { lengths: lengths.at, out: places, queries: q.length, keys: k.length, most }
    context.call(paddedPlaces, args, q.batch)
  }
  callAttention(
    {
      q,
      k,
      v,
      y,
      masks: mask ? [mask.mask] : [],
      scale: spec.scale ?? 1 / Math.sqrt(q.size),
      softcap: spec.softcap,
      left: spec.left_window_size < 0 ? everything : spec.left_window_size,
      right: spec.is_causal === 1 ? 0 : right,
      keys: most,
      offset: refs.past_key?.shape[2] ?? 0,
      places,
    },
    context,
  )
  return undefined
}
