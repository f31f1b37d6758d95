import { type Dim, mulDims } from '../base/dim.ts'
import { type WideTensor, wide } from '../base/wide.ts'
import { type Attrs, attr } from './attr.ts'
import { defineOp } from './define.ts'
import { type TensorFact, tensorFact } from './fact.ts'
import { type FactArgs, maybe, one } from './param.ts'
import { refuse } from './refuse.ts'
import { type Heads, headDims, packHeads, unpackHeads } from './shared/attention/heads.ts'
import { linearAttentionScan } from './shared/attention/linear-attention-scan.ts'
import { floatsOf } from './shared/elements.ts'
import { requireShape, requireSize } from './shared/require.ts'

const attrs = {
  q_num_heads: attr.required.int(),
  kv_num_heads: attr.required.int(),
  update_rule: attr.oneOf(['linear', 'gated', 'delta', 'gated_delta'], 'gated_delta'),
  scale: attr.float(0),
  chunk_size: attr.int(64),
}
const inputs = {
  query: one('T'),
  key: one('T'),
  value: one('T'),
  past_state: maybe('S'),
  decay: maybe('T'),
  beta: maybe('T'),
}
type LinearAttentionAttrs = Attrs<typeof attrs>

/**
 * Attention as a recurrence over a state per head, S = decay * S + key ⊗ update, read by scale * queryᵀ S.
 */
export const linearAttention = defineOp({
  name: 'LinearAttention',
  since: [27],
  types: { T: ['float16', 'bfloat16', 'float32'], S: ['float16', 'bfloat16', 'float32'] },
  inputs,
  outputs: { output: one('T'), present_state: one('S') },
  attrs,
  infer: (facts, attrs, { freshDim }) => {
    const { query, value, past_state } = facts
    checkInputs(facts, attrs)
    const [keySize, valueSize] = headSizes(facts, attrs)
    const [batch, length] = [query.shape?.[0] ?? freshDim('batch'), query.shape?.[1] ?? freshDim('length')]
    const size = valueSize ?? past_state?.shape?.[3] ?? freshDim('size')
    const state = [batch, attrs.kv_num_heads, keySize ?? freshDim('size'), size]
    requireShape('past_state', past_state, state)
    return {
      output: tensorFact(query.dtype, [batch, length, mulDims(size, attrs.q_num_heads)]),
      present_state: tensorFact(past_state?.dtype ?? value.dtype, state),
    }
  },
  reference: ({ query, key, value, past_state, decay, beta }, attrs) => {
    const { q_num_heads, kv_num_heads, update_rule, scale } = attrs
    const [q, k, v] = [
      unpackHeads(query, q_num_heads),
      unpackHeads(key, kv_num_heads),
      unpackHeads(value, kv_num_heads),
    ]
    const shape = [q.batch, kv_num_heads, k.size, v.size]
    const state = past_state
      ? floatsOf(past_state).slice()
      : new Float64Array(shape.reduce((a, b) => a * b, 1))
    const gates = {
      decay: update_rule.startsWith('gated') ? unpackHeads(decay!, kv_num_heads) : undefined,
      beta: update_rule.endsWith('delta') ? beta : undefined,
    }
    const output = recur(q, k, v, state, gates, scale === 0 ? 1 / Math.sqrt(q.size) : scale)
    const packed = [q.batch, q.length, q.heads * v.size]
    return {
      output: wide(query.dtype, packed, packHeads(output, packed)),
      present_state: wide(past_state?.dtype ?? value.dtype, shape, state),
    }
  },
  gradient: 'decomposed',
  lower: {
    kind: 'decompose',
    build: (b, names, attrs, { inputs: facts }) => {
      if (!facts.query.shape) return undefined
      return linearAttentionScan(b, names, {
        ...attrs,
        keySize: headSizes(facts, attrs)[0],
        dtype: facts.query.dtype,
        stateDType: facts.past_state?.dtype ?? facts.value.dtype,
      })
    },
  },
})

function checkInputs(
  facts: FactArgs<typeof inputs>,
  { q_num_heads, kv_num_heads, update_rule }: LinearAttentionAttrs,
): void {
  const { query, key, value, decay, beta } = facts
  if (kv_num_heads < 1 || q_num_heads < 1 || q_num_heads % kv_num_heads !== 0) {
    refuse('q_num_heads must be a positive multiple of kv_num_heads', [q_num_heads, kv_num_heads])
  }
  if (update_rule.startsWith('gated') && !decay)
    refuse(`decay must be given for the rule ${update_rule}`, 'nothing')
  if (update_rule.endsWith('delta') && !beta)
    refuse(`beta must be given for the rule ${update_rule}`, 'nothing')
  requireShape('query', query, [undefined, undefined, undefined])
  const [batch, length] = [query.shape?.[0], query.shape?.[1]]
  for (const [name, fact] of Object.entries({ key, value, decay, beta })) {
    requireShape(name, fact, [batch, length, undefined])
  }
  requireOneOf('the last size of decay', decay?.shape?.[2], [kv_num_heads, key.shape?.[2]])
  requireOneOf('the last size of beta', beta?.shape?.[2], [kv_num_heads, 1])
}

function requireOneOf(what: string, size: Dim | undefined, allowed: readonly (Dim | undefined)[]): void {
  const known = allowed.filter((one) => typeof one === 'number')
  if (typeof size === 'number' && known.length === allowed.length && !known.includes(size)) {
    refuse(`${what} must be ${known.join(' or ')}`, size)
  }
}

/** Sizes of a key and of a value head. */
function headSizes(
  { query, key, value }: Readonly<Record<'query' | 'key' | 'value', TensorFact>>,
  { q_num_heads, kv_num_heads }: LinearAttentionAttrs,
): readonly [Dim | undefined, Dim | undefined] {
  const fromQuery = headDims('query', query, q_num_heads)?.size
  const fromKey = headDims('key', key, kv_num_heads)?.size
  requireSize('the head size of key', fromKey, fromQuery)
  return [fromKey ?? fromQuery, headDims('value', value, kv_num_heads)?.size]
}

interface Gates {
  /** Logarithms of the factors of the state, per key element or per head. */
  readonly decay: Heads | undefined
  /** Update rates [batch, length, heads or 1]; absent: the update is the value itself. */
  readonly beta: WideTensor | undefined
}

/** Runs the recurrence; `state` [batch, key heads, key size, value size] is replaced in place. */
function recur(
  q: Heads,
  k: Heads,
  v: Heads,
  state: Float64Array,
  { decay, beta }: Gates,
  scale: number,
): Heads {
  const group = q.heads / k.heads
  const output = new Float64Array(q.batch * q.heads * q.length * v.size)
  for (let head = 0; head < k.batch * k.heads; head++) {
    const own = state.subarray(head * k.size * v.size, (head + 1) * k.size * v.size)
    for (let t = 0; t < k.length; t++) {
      const at = head * k.length + t
      const key = k.data.subarray(at * k.size, (at + 1) * k.size)
      const value = v.data.subarray(at * v.size, (at + 1) * v.size)
      if (decay) {
        own.forEach((x, i) => {
          const row = decay.size === 1 ? 0 : Math.floor(i / v.size)
          own[i] = x * Math.exp(decay.data[at * decay.size + row]!)
        })
      }
      const update = beta ? correction(own, key, value, rateAt(beta, head, t, k)) : value
      own.forEach((x, i) => {
        own[i] = x + key[Math.floor(i / v.size)]! * update[i % v.size]!
      })
      for (let g = 0; g < group; g++) {
        const query = (Math.floor(head / k.heads) * q.heads + (head % k.heads) * group + g) * q.length + t
        const read = readState(own, q.data.subarray(query * q.size, (query + 1) * q.size), v.size)
        output.set(
          read.map((x) => x * scale),
          query * v.size,
        )
      }
    }
  }
  return { data: output, batch: q.batch, heads: q.heads, length: q.length, size: v.size }
}

/** rate * (value - Sᵀ key): what is missing from the state at this key. */
function correction(state: Float64Array, key: Float64Array, value: Float64Array, rate: number): Float64Array {
  const stored = readState(state, key, value.length)
  return value.map((x, i) => rate * (x - stored[i]!))
}

/** Sᵀ x for a state of rows of `size` elements. */
function readState(state: Float64Array, x: Float64Array, size: number): Float64Array {
  const out = new Float64Array(size)
  state.forEach((value, i) => {
    out[i % size] = out[i % size]! + value * x[Math.floor(i / size)]!
  })
  return out
}

function rateAt(beta: WideTensor, head: number, t: number, { heads, length }: Heads): number {
  const width = beta.shape[2]!
  const [n, h] = [Math.floor(head / heads), head % heads]
  return floatsOf(beta)[(n * length + t) * width + (width === 1 ? 0 : h)]!
}
