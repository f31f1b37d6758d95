/** Gradients of recurrent layers: backpropagation through time (Werbos, 1990), with the gates computed once more. */
import { gru } from '../../ops/gru.ts'
import { lstm } from '../../ops/lstm.ts'
import { rnn } from '../../ops/rnn.ts'
import type { TypedBuilder } from '../../ops/typed-builder.ts'
import { affine, layerOf, refuseLayer } from '../recurrent-layer.ts'
import { defineGradient } from '../rule.ts'

const domain = { domain: 'ai.slipway' }

/** Refuses functions of gates other than these. */
function requireActivations(names: readonly string[] | undefined, expected: readonly string[]): void {
  if (names?.some((name, i) => name !== expected[i % expected.length]))
    refuseLayer(`its gates have other functions than ${expected.join(', ')}`)
}

export const lstmGradient = defineGradient(
  lstm,
  ({ b, m, inputs, outputs, gradients, attrs }) => {
    requireActivations(attrs.activations, ['Sigmoid', 'Tanh', 'Tanh'])
    if (inputs.P !== undefined) refuseLayer('it has peepholes')
    if (attrs.input_forget !== 0) refuseLayer('its input and forget gates are coupled')
    const { Y: dY, Y_h: dY_h, Y_c } = gradients
    const layer = layerOf({ b, m, inputs, attrs, Y: outputs.Y!, dY, dY_h })
    const parts = layer.directions.map((own) => {
      const { x, before, w, r, biases, index, reverse } = own
      const bias = biases && m.add(...biases)
      const gates = m.add(affine(m, before, r, undefined), affine(m, x, w, bias))
      const first =
        inputs.initial_c === undefined ? zeroState(b, own.y) : layer.stateOf(inputs.initial_c, index)
      const dY_c = Y_c && layer.stateOf(Y_c, index)
      const [dgates, dInitial, dCell] = b.nodes(
        'LSTMGrad',
        [gates, first, r, own.dY, own.dY_h, dY_c],
        { reverse },
        { ...domain, outputs: 3 },
      ) as [string, string, string] // as many as asked for
      return { dInput: dgates, dRecurrent: dgates, dInitial, dCell }
    })
    return {
      ...layer.join(parts),
      initial_c: inputs.initial_c && layer.joinStates(parts.map(({ dCell }) => dCell)),
    }
  },
  { saves: ['Y'] },
)

/** Zeros [batch, hidden] for states [steps, batch, hidden]. */
function zeroState(b: TypedBuilder, y: string): string {
  const [, batch, size] = b.shape(y)
  const isKnown = typeof batch === 'number' && typeof size === 'number'
  const shape = isKnown ? b.literal('int64', [batch, size]) : b.node('Shape', [y], { start: 1 })
  return b.node('Expand', [b.literal(b.dtype(y), 0), shape])
}

export const gruGradient = defineGradient(
  gru,
  ({ b, m, inputs, outputs, gradients, attrs }) => {
    requireActivations(attrs.activations, ['Sigmoid', 'Tanh'])
    if (attrs.linear_before_reset === 0)
      refuseLayer('its reset gate scales the hidden state itself; linear_before_reset 1 has one')
    const layer = layerOf({ b, m, inputs, attrs, Y: outputs.Y!, dY: gradients.Y, dY_h: gradients.Y_h })
    const parts = layer.directions.map(({ x, before, w, r, biases, reverse, dY, dY_h }) => {
      const [dInput, dRecurrent, dInitial] = b.nodes(
        'GRUGrad',
        [affine(m, x, w, biases?.[0]), affine(m, before, r, biases?.[1]), before, r, dY, dY_h],
        { reverse },
        { ...domain, outputs: 3 },
      ) as [string, string, string] // as many as asked for
      return { dInput, dRecurrent, dInitial }
    })
    return layer.join(parts)
  },
  { saves: ['Y'] },
)

const simple = ['Tanh', 'Sigmoid', 'Relu']

export const rnnGradient = defineGradient(
  rnn,
  ({ b, m, inputs, outputs, gradients, attrs }) => {
    const layer = layerOf({ b, m, inputs, attrs, Y: outputs.Y!, dY: gradients.Y, dY_h: gradients.Y_h })
    const parts = layer.directions.map(({ y, r, index, reverse, dY, dY_h }) => {
      const activation = attrs.activations[index]!
      if (!simple.includes(activation))
        refuseLayer(`its cells have other functions than ${simple.join(', ')}`)
      const [dgates, dInitial] = b.nodes(
        'RNNGrad',
        [y, r, dY, dY_h],
        { reverse, activation },
        { ...domain, outputs: 2 },
      ) as [string, string] // as many as asked for
      return { dInput: dgates, dRecurrent: dgates, dInitial }
    })
    return layer.join(parts)
  },
  { saves: ['Y'] },
)
