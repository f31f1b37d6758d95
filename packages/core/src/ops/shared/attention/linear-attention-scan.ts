/** LinearAttention as a Scan over positions, computed in the type of the state. */
import type { Dim } from '../../../base/dim.ts'
import { type DType, dtypeInfo } from '../../../base/dtype.ts'
import { tensorType } from '../../../base/value.ts'
import { type GraphBuilder, graphBuilder } from '../../../ir/builder.ts'
import type { Graph } from '../../../ir/graph.ts'

export interface ScanNames {
  readonly query: string
  readonly key: string
  readonly value: string
  readonly past_state: string | undefined
  readonly decay: string | undefined
  readonly beta: string | undefined
}

export interface ScanSpec {
  readonly q_num_heads: number
  readonly kv_num_heads: number
  readonly update_rule: 'linear' | 'gated' | 'delta' | 'gated_delta'
  readonly scale: number
  readonly keySize: Dim | undefined
  readonly dtype: DType
  readonly stateDType: DType
}

/** The outputs of LinearAttention; undefined where the head size decides the scale and is not known. */
export function linearAttentionScan(
  b: GraphBuilder,
  names: ScanNames,
  spec: ScanSpec,
): { output: string; present_state: string } | undefined {
  const { q_num_heads, kv_num_heads, update_rule, keySize, dtype, stateDType } = spec
  if (spec.scale === 0 && typeof keySize !== 'number') return undefined
  const scale = spec.scale === 0 ? Number(keySize) ** -0.5 : spec.scale
  const cast = (x: string, from: DType, to: DType) =>
    from === to ? x : b.node('Cast', [x], { to: dtypeInfo(to).code })
  const apart = (x: string, shape: readonly number[]) =>
    b.node('Reshape', [cast(x, dtype, stateDType), b.literal('int64', shape)])
  // [batch, length, heads, …]; queries are grouped by the key head they share.
  const query = apart(names.query, [0, 0, kv_num_heads, q_num_heads / kv_num_heads, -1])
  const key = apart(names.key, [0, 0, kv_num_heads, 1, -1])
  const value = apart(names.value, [0, 0, kv_num_heads, 1, -1])
  const gated = update_rule.startsWith('gated')
  const delta = update_rule.endsWith('delta')
  const sequences = [query, key, value]
  if (gated) sequences.push(apart(names.decay!, [0, 0, kv_num_heads, -1, 1]))
  if (delta) sequences.push(apart(names.beta!, [0, 0, -1, 1, 1]))
  const initial = names.past_state ?? zeroState(b, key, value, stateDType)
  const [present_state, read] = b.nodes(
    'Scan',
    [initial, ...sequences],
    {
      body: stepBody(stateDType, gated, delta),
      num_scan_inputs: sequences.length,
      scan_input_axes: sequences.map(() => 1),
      scan_output_axes: [1],
    },
    { outputs: 2 },
  )
  const scaled = b.node('Mul', [read!, b.literal(stateDType, scale)])
  const packed = b.node('Reshape', [scaled, b.literal('int64', [0, 0, -1])])
  return { output: cast(packed, stateDType, dtype), present_state: present_state! }
}

/** Zeros of [batch, heads, key size, value size]. */
function zeroState(b: GraphBuilder, key: string, value: string, dtype: DType): string {
  const size = (x: string, axis: number) => b.node('Shape', [x], { start: axis, end: axis + 1 })
  const shape = b.node('Concat', [size(key, 0), size(key, 2), size(key, 4), size(value, 4)], { axis: 0 })
  return b.node('Expand', [b.literal(dtype, 0), shape])
}

/** state' = decay * state + keyᵀ × update, read = query × state', for row vectors per head. */
function stepBody(dtype: DType, gated: boolean, delta: boolean): Graph {
  const b = graphBuilder({ name: 'step', prefix: 'step_' })
  const input = (name: string) => b.input(`step_${name}`, tensorType(dtype))
  const [state, query, key, value] = [input('state'), input('query'), input('key'), input('value')]
  const decayed = gated ? b.node('Mul', [state, b.node('Exp', [input('decay')])]) : state
  const update = delta
    ? b.node('Mul', [input('beta'), b.node('Sub', [value, b.node('MatMul', [key, decayed])])])
    : value
  const column = b.node('Transpose', [key], { perm: [0, 1, 3, 2] })
  const next = b.node('Add', [decayed, b.node('MatMul', [column, update])])
  return b.build([next, b.node('MatMul', [query, next])])
}
