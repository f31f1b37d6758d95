import type { Dim } from '../../base/dim.ts'
import type { DType } from '../../base/dtype.ts'
import { type WideTensor, wide } from '../../base/wide.ts'
import type { Graph } from '../../ir/graph.ts'
import { attr } from '../attr.ts'
import { defineOp, type InferContext, type KernelContext } from '../define.ts'
import { type TensorFact, tensorFact } from '../fact.ts'
import { one } from '../param.ts'
import { refuse, refuseValue } from '../refuse.ts'
import { halfScaled, shareHeads } from '../shared/attention/attention-graph.ts'
import { scaledProducts, softmaxRows, weightedValues } from '../shared/attention/attention-scores.ts'
import { type HeadDims, headDims, unpackHeads } from '../shared/attention/heads.ts'
import { castTo } from '../shared/cast-node.ts'
import { floatDTypeOfAttr } from '../shared/dtype-attr.ts'
import { floatsOf } from '../shared/elements.ts'
import { inlineBody } from '../shared/inline-body.ts'
import { requireRank, requireSize } from '../shared/require.ts'
import { floats } from '../types.ts'

/**
 * prob_mod(softmax(score_mod(scale * Q Kᵀ))) V over heads, with subgraphs that change scores and
 * probabilities.
 */
export const flexAttention = defineOp({
  name: 'FlexAttention',
  domain: 'ai.onnx.preview',
  since: [1],
  types: { T1: floats },
  inputs: { Q: one('T1'), K: one('T1'), V: one('T1') },
  outputs: { Y: one('T1') },
  attrs: {
    scale: attr.optional.float(),
    score_mod: attr.optional.graph(),
    prob_mod: attr.optional.graph(),
    softmax_precision: attr.optional.int(),
  },
  traits: ['control'],
  infer: ({ Q, K, V }, { score_mod, prob_mod, softmax_precision }, context) => {
    const dtype = precisionOf(softmax_precision, Q.dtype)
    const sizes = flexDims(Q, K, V)
    const scores = tensorFact(dtype, sizes && [sizes.q.batch, sizes.q.heads, sizes.q.length, sizes.k.length])
    checkModifier('score_mod', score_mod, scores, context)
    checkModifier('prob_mod', prob_mod, scores, context)
    const dim = (size: Dim | undefined, hint: string) => size ?? context.freshDim(hint)
    const [batch, heads, length] = [Q.shape?.[0], Q.shape?.[1], Q.shape?.[2]]
    const size = V.shape?.[3]
    return {
      Y: tensorFact(Q.dtype, [
        dim(batch, 'batch'),
        dim(heads, 'heads'),
        dim(length, 'length'),
        dim(size, 'size'),
      ]),
    }
  },
  reference: ({ Q, K, V }, { scale, score_mod, prob_mod, softmax_precision }, context) => {
    const [q, k, v] = [Q, K, V].map((x) => unpackHeads(x, undefined)) as [Heads, Heads, Heads] // one each
    const shape = [q.batch, q.heads, q.length, k.length]
    context.checkElements(shape.reduce((product, size) => product * size, 1))
    const dtype = precisionOf(softmax_precision, Q.dtype)
    const raw = scaledProducts(q, k, scale ?? 1 / Math.sqrt(q.size))
    const scores = modified('score_mod', score_mod, wide(dtype, shape, raw), context)
    const softmax = wide(dtype, shape, softmaxRows(floatsOf(scores), k.length))
    const probabilities = modified('prob_mod', prob_mod, softmax, context)
    const y = weightedValues(floatsOf(probabilities), q, v)
    return { Y: wide(Q.dtype, [q.batch, q.heads, q.length, v.size], y.data) }
  },
  gradient: 'decomposed',
  lower: {
    kind: 'decompose',
    build(b, names, { scale, score_mod, prob_mod, softmax_precision }, { inputs: { Q, K, V } }) {
      const sizes = flexDims(Q, K, V)
      if (!sizes) return undefined
      const key = shareHeads(b, names.K, sizes.k.heads, sizes.q.heads)
      const value = shareHeads(b, names.V, sizes.v.heads, sizes.q.heads)
      if (key === undefined || value === undefined) return undefined
      const dtype = precisionOf(softmax_precision, Q.dtype)
      const [query, keys] = [castTo(b, names.Q, Q.dtype, dtype), castTo(b, key, Q.dtype, dtype)]
      const half = (x: string) => halfScaled(b, x, dtype, undefined, sizes.q.size)
      const left = scale === undefined ? half(query) : b.node('Mul', [query, b.literal(dtype, scale)])
      const right = b.node('Transpose', [scale === undefined ? half(keys) : keys], { perm: [0, 1, 3, 2] })
      const change = (body: Graph | undefined, x: string) => (body ? inlineBody(b, body, [x])[0]! : x)
      const scores = change(score_mod, b.node('MatMul', [left, right]))
      const probabilities = change(prob_mod, b.node('Softmax', [scores], { axis: -1 }))
      const y = b.node('MatMul', [probabilities, castTo(b, value, Q.dtype, dtype)])
      return { Y: castTo(b, y, dtype, Q.dtype) }
    },
  },
})

type Heads = ReturnType<typeof unpackHeads>

/** float64 for float64 inputs, otherwise float32, unless the attribute names another float type. */
function precisionOf(code: number | undefined, dtype: DType): DType {
  if (code === undefined) return dtype === 'float64' ? 'float64' : 'float32'
  return floatDTypeOfAttr('softmax_precision', code, 16)
}

function flexDims(
  Q: TensorFact,
  K: TensorFact,
  V: TensorFact,
): Readonly<Record<'q' | 'k' | 'v', HeadDims>> | undefined {
  for (const [name, fact] of Object.entries({ Q, K, V })) requireRank(name, fact, 4)
  const [q, k, v] = [headDims('Q', Q, undefined), headDims('K', K, undefined), headDims('V', V, undefined)]
  if (!q || !k || !v) return undefined
  requireSize('the batch of K', k.batch, q.batch)
  requireSize('the batch of V', v.batch, q.batch)
  requireSize('the head size of K', k.size, q.size)
  requireSize('the length of V', v.length, k.length)
  requireSize('the heads of V', v.heads, k.heads)
  if (typeof q.heads === 'number' && typeof k.heads === 'number' && q.heads % k.heads !== 0) {
    refuse(`the heads of Q must be a multiple of the ${k.heads} heads of K`, q.heads)
  }
  return { q, k, v }
}

/** A modifier takes one tensor and gives one of the same type. */
function checkModifier(
  name: string,
  body: Graph | undefined,
  fact: TensorFact,
  { inferGraph }: InferContext,
): void {
  if (!body) return
  if (body.inputs.length !== 1 || body.outputs.length !== 1) {
    refuse(`${name} must have one input and one output`, [body.inputs.length, body.outputs.length])
  }
  const type = inferGraph(body, [fact])[0]?.type
  if (type && (type.kind !== 'tensor' || type.dtype !== fact.dtype)) {
    refuse(`${name} must give ${fact.dtype}`, type.kind === 'tensor' ? type.dtype : type.kind)
  }
}

function modified(
  name: string,
  body: Graph | undefined,
  x: WideTensor,
  { runGraph }: KernelContext,
): WideTensor {
  if (!body) return x
  const result = runGraph(body, [x])[0]
  if (result?.kind !== 'tensor' || String(result.shape) !== String(x.shape)) {
    return refuseValue(
      `${name} must keep the shape [${x.shape}]`,
      result?.kind === 'tensor' ? result.shape : result?.kind,
    )
  }
  return result
}
