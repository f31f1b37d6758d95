/** Gradients of operators that pick elements: what was picked gets it back, added up in the order of the indices. */

import { SlipwayError } from '../../base/errors.ts'
import { gather } from '../../ops/gather.ts'
import { gatherElements } from '../../ops/gather-elements.ts'
import { scatterElements } from '../../ops/scatter-elements.ts'
import { embeddingGrad } from '../../ops/slipway/embedding-grad.ts'
import { topK } from '../../ops/top-k.ts'
import type { TypedBuilder } from '../../ops/typed-builder.ts'
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

/** Of the reductions none and add. Where an index comes twice without reduction, each of its updates gets the gradient. */
export const scatterElementsGradient = defineGradient(
  scatterElements,
  ({ b, m, inputs: { indices, updates }, attrs: { axis, reduction }, gradients: { output } }) => {
    if (reduction !== 'none' && reduction !== 'add') {
      throw new SlipwayError(
        'SLP-A1',
        `Cannot differentiate ScatterElements: its reduction must be none or add, got ${reduction}`,
      )
    }
    const taken = b.node('GatherElements', [output, indices], { axis })
    if (reduction === 'add') return { data: output, updates: taken }
    return {
      data: b.node('ScatterElements', [output, indices, m.fullLike(updates, 0)], { axis }),
      updates: taken,
    }
  },
)

export const topKGradient = defineGradient(
  topK,
  ({ b, m, inputs: { X }, outputs: { Indices }, attrs: { axis }, gradients: { Values } }) => {
    if (Values === undefined || Indices === undefined) return {}
    return { X: b.node('ScatterElements', [m.fullLike(X, 0), Indices, Values], { axis }) }
  },
  { saves: ['Indices'] },
)
