import { attr } from './attr.ts'
import { defineOp } from './define.ts'
import { lowerGru } from './lower/gated-cells.ts'
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

const gates = 3
const defaults = ['Sigmoid', 'Tanh']

/** A layer of gated recurrent units; gates in the order update, reset, hidden. */
export const gru = defineOp({
  name: 'GRU',
  since: [1, 3, 7, 14, 22],
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
  attrs: { ...recurrentAttrs, activations: attr.optional.strings(), linear_before_reset: attr.int(0) },
  infer: ({ initial_h, ...inputs }, attrs, { freshDim }) => {
    directionActivations(attrs, defaults)
    const { Y, state } = recurrentFacts({ ...inputs, initial: { initial_h } }, attrs, gates, freshDim)
    return { Y, Y_h: state }
  },
  reference: ({ initial_h, ...inputs }, attrs, { checkCancelled }) => {
    const cells = directionActivations(attrs, defaults).map(([f, g]) =>
      gruCell(clipped(f!, attrs.clip), clipped(g!, attrs.clip), attrs.linear_before_reset !== 0),
    )
    const args = { ...inputs, initial: [initial_h], spec: attrs, checkCancelled }
    const { Y, states } = runRecurrent(args, cells)
    return { Y, Y_h: states[0] }
  },
  gradient: 'rule',
  lower: {
    kind: 'kernel',
    emit: (inputs, outputs, attrs, context) => lowerGru({ ...inputs, ...outputs }, attrs, context),
  },
})

/** H' = (1 - z) * g(…) + z * H with update gate z and reset gate r, which scales H before or after R. */
const gruCell =
  (f: Activation, g: Activation, linearBeforeReset: boolean): Cell =>
  (input, [h], { hidden, r, recurrentBias }) => {
    const recurrent = affine(r, h!, recurrentBias)
    const gate = (j: number) => f(input[j]! + recurrent[j]!)
    const update = Float64Array.from({ length: hidden }, (_, j) => gate(j))
    const reset = Float64Array.from({ length: hidden }, (_, j) => gate(hidden + j))
    const last = 2 * hidden
    const candidate = linearBeforeReset
      ? reset.map((value, j) => value * recurrent[last + j]!)
      : affine(
          r.subarray(last * hidden),
          reset.map((value, j) => value * h![j]!),
          recurrentBias.subarray(last),
        )
    h!.forEach((value, j) => {
      h![j] = (1 - update[j]!) * g(input[last + j]! + candidate[j]!) + update[j]! * value
    })
  }
