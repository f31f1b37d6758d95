/** Gradients of operators that pick elements: what was picked gets it back, added up in the order of the indices. */

import { SlipwayError } from '../../base/errors.ts'
import { gather } from '../../ops/gather.ts'
import { gatherElements } from '../../ops/gather-elements.ts'
import { scatterElements } from '../../ops/scatter-elements.ts'
import { topK } from '../../ops/top-k.ts'
import { defineGradient } from '../rule.ts'

// The axis comes first, all indices become one axis, and rows are added up by ScatterND.
export const gatherGradient = defineGradient(
  gather,
  ({ b, m, inputs: { data, indices }, attrs, gradients: { output } }) => {
    const rank = b.shape(data).length
    const axis = attrs.axis < 0 ? attrs.axis + rank : attrs.axis
    const width = b.shape(indices).length
    const order = Array.from({ length: rank - 1 + width }, (_, i) => i)
    const front = [...order.slice(axis, axis + width), ...order.slice(0, axis), ...order.slice(axis + width)]
    const updates = m.transpose(output, front)
    const rows = [axis, ...Array.from({ length: rank }, (_, i) => i).filter((i) => i !== axis)]
    const zeros = m.transpose(m.fullLike(data, 0), rows)
    const sum = b.node('ScatterND', [zeros, m.unsqueeze(indices, [-1]), updates], { reduction: 'add' })
    return {
      data: m.transpose(
        sum,
        rows.map((_, i) => rows.indexOf(i)),
      ),
    }
  },
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
