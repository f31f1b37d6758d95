import { expect, it } from 'vitest'
import { tensor } from '../../base/tensor.ts'
import { gru } from '../../ops/gru.ts'
import { lstm } from '../../ops/lstm.ts'
import { rnn } from '../../ops/rnn.ts'
import { gruGrad } from '../../ops/slipway/gru-grad.ts'
import { lstmGrad } from '../../ops/slipway/lstm-grad.ts'
import { rnnGrad } from '../../ops/slipway/rnn-grad.ts'
import { typedBuilder } from '../../ops/typed-builder.ts'
import { gradTest, spread } from '../../testing/grad-test.ts'
import { vjp } from '../vjp.ts'

const [steps, batch, features, hidden] = [3, 2, 4, 5]

function inputs(gates: number, { directions = 1, layout = 0, has = [] as readonly string[] } = {}) {
  const state = layout === 1 ? [batch, directions, hidden] : [directions, batch, hidden]
  const all = {
    X: spread(layout === 1 ? [batch, steps, features] : [steps, batch, features]),
    W: spread([directions, gates * hidden, features], { low: -0.5, high: 0.5 }),
    R: spread([directions, gates * hidden, hidden], { low: -0.6, high: 0.6 }),
    B: spread([directions, 2 * gates * hidden], { low: -0.3, high: 0.3 }),
    initial_h: spread(state, { low: -1, high: 1 }),
    initial_c: spread(state, { low: -1, high: 1 }),
  }
  const isThere = (name: string) => !['B', 'initial_h', 'initial_c'].includes(name) || has.includes(name)
  return Object.fromEntries(Object.entries(all).filter(([name]) => isThere(name)))
}

const everything = ['B', 'initial_h', 'initial_c']
const reverse = { direction: 'reverse' }
const both = { direction: 'bidirectional' }

gradTest(lstm, [
  { name: 'all hidden states, without biases', inputs: inputs(4) },
  { name: 'all outputs, with all inputs', inputs: inputs(4, { has: everything }), outputs: 3 },
  { name: 'backward', inputs: inputs(4, { has: everything }), attrs: reverse, outputs: 3 },
  { name: 'both directions', inputs: inputs(4, { directions: 2, has: everything }), attrs: both, outputs: 3 },
  {
    name: 'the batch first',
    inputs: inputs(4, { directions: 2, layout: 1, has: everything }),
    attrs: { ...both, layout: 1 },
    outputs: 3,
  },
])
const linear = { linear_before_reset: 1 }
const ofGru = ['B', 'initial_h']
gradTest(gru, [
  { name: 'all hidden states, without biases', inputs: inputs(3), attrs: linear },
  { name: 'all outputs, with all inputs', inputs: inputs(3, { has: ofGru }), attrs: linear, outputs: 2 },
  {
    name: 'both directions',
    inputs: inputs(3, { directions: 2, has: ofGru }),
    attrs: { ...linear, ...both },
    outputs: 2,
  },
  {
    name: 'the batch first, backward',
    inputs: inputs(3, { layout: 1, has: ofGru }),
    attrs: { ...linear, ...reverse, layout: 1 },
    outputs: 2,
  },
])
gradTest(rnn, [
  { name: 'all hidden states, without biases', inputs: inputs(1) },
  { name: 'both directions', inputs: inputs(1, { directions: 2, has: ofGru }), attrs: both, outputs: 2 },
  {
    name: 'other functions',
    inputs: inputs(1, { has: ofGru }),
    attrs: { ...reverse, activations: ['Sigmoid'] },
    outputs: 2,
  },
  { name: 'rectified', inputs: inputs(1, { has: ofGru }), attrs: { activations: ['Relu'] }, outputs: 2 },
])

const rows = (sections: number) => spread([2, 2, sections * 3])
const weights = (gates: number) => spread([gates * 3, 3], { low: -0.6, high: 0.6 })
const state = spread([2, 3])
gradTest(lstmGrad, [
  {
    name: 'all outputs',
    inputs: { gates: rows(4), initial_c: state, R: weights(4), dY: rows(1), dY_h: state, dY_c: state },
    outputs: 3,
  },
])
gradTest(gruGrad, [
  {
    name: 'backward',
    inputs: { input: rows(3), recurrent: rows(3), before: rows(1), R: weights(3), dY: rows(1) },
    attrs: { reverse: 1 },
    outputs: 3,
  },
])
gradTest(rnnGrad, [
  { name: 'of the last state', inputs: { Y: rows(1), R: weights(1), dY_h: state }, outputs: 2 },
])

it('says what has no gradient', () => {
  const b = typedBuilder()
  const input = (name: string, shape: readonly number[]) =>
    b.input(name, { kind: 'tensor', dtype: 'float32', shape })
  const [x, w, r] = [input('x', [3, 2, 4]), input('w', [1, 5, 4]), input('r', [1, 5, 5])]
  const lengths = b.constant(tensor('int32', [2], Int32Array.of(1, 3)))
  const y = b.node('RNN', [x, w, r, undefined, lengths], { hidden_size: 5 })
  const g = input('g', [3, 1, 2, 5])
  expect(() => vjp(b.build([y]), new Map([[y, g]]), ['w'])).toThrow(/lengths of their own/)
})
