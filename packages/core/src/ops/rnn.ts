import { attr } from './attr.ts'
import { defineOp } from './define.ts'
import { lowerRnn } from './lower/gated-cells.ts'
import { maybe, one } from './param.ts'
import {
  affine,
  type Cell,
  directionActivations,
  recurrentAttrs,
  recurrentFacts,
  runRecurrent,
} from './shared/recurrent.ts'
import { type Activation, clipped } from './shared/recurrent-activation.ts'
import { floats } from './types.ts'

/** A layer of simple recurrent cells: H[t] = f(W X[t] + R H[t-1] + Wb + Rb). */
export const rnn = defineOp({
  name: 'RNN',
  since: [1, 7, 14, 22],
  types: { T: floats, T1: ['int32'] },
  inputs: {
    X: one('T'),
    W: one('T'),
    R: one('T'),
    B: maybe('T'),
    sequence_lens: maybe('T1'),
    initial_h: maybe('T'),
  },
  outputs: { Y: maybe('T'), Y_h: maybe('T') },
  attrs: { ...recurrentAttrs, activations: attr.strings(['Tanh', 'Tanh']) },
  infer: ({ initial_h, ...inputs }, attrs, { freshDim }) => {
    directionActivations(attrs, ['Tanh'])
    const { Y, state } = recurrentFacts({ ...inputs, initial: { initial_h } }, attrs, 1, freshDim)
    return { Y, Y_h: state }
  },
  reference: ({ initial_h, ...inputs }, attrs, { checkCancelled }) => {
    const cells = directionActivations(attrs, ['Tanh']).map(([f]) => rnnCell(clipped(f!, attrs.clip)))
    const args = { ...inputs, initial: [initial_h], spec: attrs, checkCancelled }
    const { Y, states } = runRecurrent(args, cells)
    return { Y, Y_h: states[0] }
  },
  gradient: 'rule',
  lower: {
    kind: 'kernel',
    emit: (inputs, outputs, attrs, context) => lowerRnn({ ...inputs, ...outputs }, attrs, context),
  },
})

const rnnCell =
  (f: Activation): Cell =>
  (input, [h], { r, recurrentBias }) => {
    const recurrent = affine(r, h!, recurrentBias)
    h!.forEach((_, j) => {
      h![j] = f(input[j]! + recurrent[j]!)
    })
  }
