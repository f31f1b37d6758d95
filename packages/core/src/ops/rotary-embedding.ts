import { wide } from '../base/wide.ts'
import type { GraphBuilder } from '../ir/builder.ts'
import { attr } from './attr.ts'
import { defineOp } from './define.ts'
import { tensorFact } from './fact.ts'
import { lowerRotary } from './lower/rotary.ts'
import { maybe, one } from './param.ts'
import { refuse, refuseValue } from './refuse.ts'
import { headDims, packHeads, unpackHeads } from './shared/attention/heads.ts'
import { floatsOf, integersOf } from './shared/elements.ts'
import { requireShape } from './shared/require.ts'

/**
 * Rotates pairs of each head by the angles of its position: halves of the head, or neighbours if
 * interleaved.
 */
export const rotaryEmbedding = defineOp({
  name: 'RotaryEmbedding',
  since: [23],
  types: { T: ['float32', 'float16', 'bfloat16'], M: ['int64'] },
  inputs: { X: one('T'), cos_cache: one('T'), sin_cache: one('T'), position_ids: maybe('M') },
  outputs: { Y: one('T') },
  attrs: { num_heads: attr.optional.int(), rotary_embedding_dim: attr.int(0), interleaved: attr.int(0) },
  infer: ({ X, cos_cache, sin_cache, position_ids }, { num_heads, rotary_embedding_dim }) => {
    const sizes = headDims('X', X, X.shape?.length === 4 ? undefined : num_heads || undefined)
    const rotated = rotary_embedding_dim || sizes?.size
    if (typeof rotated === 'number' && rotated % 2 !== 0) refuse('the rotated size must be even', rotated)
    if (typeof rotated === 'number' && typeof sizes?.size === 'number' && rotated > sizes.size) {
      refuse(`rotary_embedding_dim must be at most the head size ${sizes.size}`, rotated)
    }
    const half = typeof rotated === 'number' ? rotated / 2 : undefined
    const cache = position_ids ? [undefined, half] : [sizes?.batch, sizes?.length, half]
    requireShape('cos_cache', cos_cache, cache)
    requireShape('sin_cache', sin_cache, cos_cache.shape ?? cache)
    requireShape('position_ids', position_ids, [sizes?.batch, sizes?.length])
    return { Y: tensorFact(X.dtype, X.shape) }
  },
  reference: (
    { X, cos_cache, sin_cache, position_ids },
    { num_heads, rotary_embedding_dim, interleaved },
  ) => {
    const x = unpackHeads(X, num_heads)
    const half = (rotary_embedding_dim || x.size) / 2
    const [cos, sin] = [floatsOf(cos_cache), floatsOf(sin_cache)]
    const rows = cos.length / half
    const positions = position_ids && integersOf(position_ids)
    const data = x.data.slice()
    for (let head = 0; head < x.batch * x.heads; head++) {
      const n = Math.floor(head / x.heads)
      for (let t = 0; t < x.length; t++) {
        const row = positions ? positions[n * x.length + t]! : n * x.length + t
        if (row < 0 || row >= rows) refuseValue(`position_ids must lie in [0, ${rows - 1}]`, row)
        const start = (head * x.length + t) * x.size
        for (let i = 0; i < half; i++) {
          const [first, second] = interleaved === 1 ? [2 * i, 2 * i + 1] : [i, i + half]
          const [a, b] = [x.data[start + first]!, x.data[start + second]!]
          const [c, s] = [cos[row * half + i]!, sin[row * half + i]!]
          data[start + first] = c * a - s * b
          data[start + second] = s * a + c * b
        }
      }
    }
    return { Y: wide(X.dtype, X.shape, packHeads({ ...x, data }, X.shape)) }
  },
  gradient: 'decomposed',
  lower: {
    kind: 'decompose',
    emit: (inputs, outputs, { num_heads, interleaved }, context) =>
      lowerRotary({ ...inputs, ...outputs }, { heads: num_heads, interleaved }, context),
    build(b, { X, cos_cache, sin_cache, position_ids }, attrs, { inputs }) {
      const rank = inputs.X.shape?.length
      if (rank === undefined) return undefined
      // Heads stay where they are: axis 1 of four, or split off behind the length of three.
      const packed = rank === 3
      const x = packed ? b.node('Reshape', [X, b.literal('int64', [0, 0, attrs.num_heads!, -1])]) : X
      const angles = (cache: string) => {
        const rows = position_ids ? b.node('Gather', [cache, position_ids], { axis: 0 }) : cache
        return b.node('Unsqueeze', [rows, b.literal('int64', [packed ? 2 : 1])])
      }
      const y = rotate(b, x, angles(cos_cache), angles(sin_cache), attrs)
      return { Y: packed ? b.node('Reshape', [y, b.literal('int64', [0, 0, -1])]) : y }
    },
  },
})

interface RotationSpec {
  readonly rotary_embedding_dim: number
  readonly interleaved: number
}

/** The last axis of a 4-D tensor rotated, all of it or its beginning. */
function rotate(
  b: GraphBuilder,
  x: string,
  cos: string,
  sin: string,
  { rotary_embedding_dim: size, interleaved }: RotationSpec,
): string {
  const last = Number.MAX_SAFE_INTEGER
  const slice = (from: number, to: number, step = 1) =>
    b.node('Slice', [x, ...[from, to, -1, step].map((value) => b.literal('int64', [value]))])
  const [first, second] =
    interleaved === 1
      ? [slice(0, size || last, 2), slice(1, size || last, 2)]
      : size
        ? [slice(0, size / 2), slice(size / 2, size)]
        : b.nodes('Split', [x], { axis: -1, num_outputs: 2 }, { outputs: 2 })
  const product = (p: string, q: string) => b.node('Mul', [p, q])
  const real = b.node('Sub', [product(cos, first!), product(sin, second!)])
  const imaginary = b.node('Add', [product(sin, first!), product(cos, second!)])
  const rotated =
    interleaved === 1 ? interleave(b, real, imaginary) : b.node('Concat', [real, imaginary], { axis: -1 })
  return size ? b.node('Concat', [rotated, slice(size, last)], { axis: -1 }) : rotated
}

function interleave(b: GraphBuilder, even: string, odd: string): string {
  const columns = [even, odd].map((x) => b.node('Unsqueeze', [x, b.literal('int64', [-1])]))
  return b.node('Reshape', [b.node('Concat', columns, { axis: -1 }), b.literal('int64', [0, 0, 0, -1])])
}
