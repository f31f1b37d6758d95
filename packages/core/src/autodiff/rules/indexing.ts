/** Gradients of operators that pick elements: what was picked gets it back, added up in the order of the indices. */

import { compress } from '../../ops/compress.ts'
import { gather } from '../../ops/gather.ts'
import { gatherElements } from '../../ops/gather-elements.ts'
import { gatherNd } from '../../ops/gather-nd.ts'
import { oneHot } from '../../ops/one-hot.ts'
import { embeddingGrad } from '../../ops/slipway/embedding-grad.ts'
import { topK } from '../../ops/top-k.ts'
import type { TypedBuilder } from '../../ops/typed-builder.ts'
import { knownSize } from '../known.ts'
import type { Maths } from '../maths.ts'
import { defineGradient } from '../rule.ts'

export const gatherGradient = defineGradient(
  gather,
  ({ b, m, inputs: { data, indices }, attrs: { axis }, gradients: { output } }) => ({
    data: ungather(b, m, { data, indices, axis, gradient: output }),
  }),
)

interface Gathered {
  readonly data: string
  readonly indices: string
  readonly axis: number
  /** Of what Gather gave. */
  readonly gradient: string
}

/** The gradient of the data of a Gather: the axis comes first, its rows are added up, and it goes back. */
export function ungather(
  b: TypedBuilder,
  m: Maths,
  { data, indices, axis: given, gradient }: Gathered,
): string {
  const rank = b.shape(data).length
  const axis = given < 0 ? given + rank : given
  const width = b.shape(indices).length
  const order = Array.from({ length: rank - 1 + width }, (_, i) => i)
  const front = [...order.slice(axis, axis + width), ...order.slice(0, axis), ...order.slice(axis + width)]
  const size = b.shape(data)[axis]!
  const rows = typeof size === 'number' ? b.literal('int64', size) : m.squeeze(sizeOf(b, data, axis), [0])
  const inputs = [indices, m.transpose(gradient, front), rows]
  const sum = b.node('EmbeddingGrad', inputs, {}, { domain: 'ai.slipway' })
  const back = Array.from({ length: rank }, (_, i) => (i === axis ? 0 : i < axis ? i + 1 : i))
  return m.transpose(sum, back)
}

/** A vector of one size. */
const sizeOf = (b: TypedBuilder, x: string, axis: number): string =>
  b.node('Shape', [x], { start: axis, end: axis + 1 })

export const embeddingGradGradient = defineGradient(
  embeddingGrad,
  ({ b, inputs: { indices }, gradients: { output } }) => ({ gradient: b.node('Gather', [output, indices]) }),
)

export const gatherElementsGradient = defineGradient(
  gatherElements,
  ({ b, m, inputs: { data, indices }, attrs: { axis }, gradients: { output } }) => ({
    data: b.node('ScatterElements', [m.fullLike(data, 0), indices, output], { axis, reduction: 'add' }),
  }),
)

export const topKGradient = defineGradient(
  topK,
  ({ b, m, inputs: { X }, outputs: { Indices }, attrs: { axis }, gradients: { Values } }) => {
    if (Values === undefined || Indices === undefined) return {}
    return { X: b.node('ScatterElements', [m.fullLike(X, 0), Indices, Values], { axis }) }
  },
  { saves: ['Indices'] },
)

export const gatherNdGradient = defineGradient(
  gatherNd,
  ({ b, m, inputs: { data, indices }, attrs: { batch_dims }, gradients: { output } }) => {
    const tuples = wholeTuples(b, m, data, indices, batch_dims)
    return { data: b.node('ScatterND', [m.fullLike(data, 0), tuples, output], { reduction: 'add' }) }
  },
)

/** Tuples that begin with the place in the batch. */
function wholeTuples(b: TypedBuilder, m: Maths, data: string, indices: string, batchDims: number): string {
  if (batchDims === 0) return indices
  const first = b.node('Slice', [indices, m.ints([0]), m.ints([1]), m.ints([-1])])
  const rank = b.shape(indices).length
  const places = Array.from({ length: batchDims }, (_, axis) => {
    const size = knownSize(b, 'GatherND', data, axis)
    const line = m.ints(Array.from({ length: size }, (_, i) => i))
    const behind = Array.from({ length: rank - 1 - axis }, (_, i) => i + 1)
    return m.add(m.mul(first, 0), m.unsqueeze(line, behind))
  })
  return b.node('Concat', [...places, indices], { axis: -1 })
}

/** What the condition let through goes back to where it was. */
export const compressGradient = defineGradient(
  compress,
  ({ b, m, inputs: { input, condition }, attrs: { axis }, gradients: { output } }) => {
    const indices = m.squeeze(b.node('NonZero', [condition]), [0])
    if (axis !== undefined) return { input: ungather(b, m, { data: input, indices, axis, gradient: output }) }
    const flat = m.reshape(input, [-1])
    return { input: m.reshapeLike(ungather(b, m, { data: flat, indices, axis: 0, gradient: output }), input) }
  },
)

/** By the values: the one for hits gets what stands at hits, the other one the rest. */
export const oneHotGradient = defineGradient(
  oneHot,
  ({ b, m, inputs: { indices, depth, values }, attrs: { axis }, gradients: { output } }) => {
    const hits = b.node('OneHot', [indices, depth, b.literal(b.dtype(output), [0, 1])], { axis })
    const on = m.reshape(m.sum(m.mul(output, hits)), [1])
    const off = m.sub(m.reshape(m.sum(output), [1]), on)
    return { values: m.castLike(b.node('Concat', [off, on], { axis: 0 }), values) }
  },
)
