import { mulDims } from '../base/dim.ts'
import { attr } from './attr.ts'
import { defineOp } from './define.ts'
import { lowerLstm } from './lower/gated-cells.ts'
import { maybe, one } from './param.ts'
import { floatsOf } from './shared/elements.ts'
import {
  affine,
  type Cell,
  directionActivations,
  recurrentAttrs,
  recurrentFacts,
  runRecurrent,
} from './shared/recurrent.ts'
import { type Activation, clipped } from './shared/recurrent-activation.ts'
import { requireShape } from './shared/require.ts'
import { floats } from './types.ts'

const gates = 4
const defaults = ['Sigmoid', 'Tanh', 'Tanh']

/** A layer of long short-term memory cells; gates in the order input, output, forget, cell. */
export const lstm = defineOp({
  name: 'LSTM',
  since: [1, 7, 14, 22],
  types: { T: floats, T1: ['int32'] },
  inputs: {
    X: one('T'),
    W: one('T'),
    R: one('T'),
    B: maybe('T'),
    sequence_lens: maybe('T1'),
    initial_h: maybe('T'),
    initial_c: maybe('T'),
    P: maybe('T'),
  },
  outputs: { Y: maybe('T'), Y_h: maybe('T'), Y_c: maybe('T') },
  attrs: { ...recurrentAttrs, activations: attr.optional.strings(), input_forget: attr.int(0) },
  infer: ({ initial_h, initial_c, P, ...inputs }, attrs, { freshDim }) => {
    directionActivations(attrs, defaults)
    const initial = { initial_h, initial_c }
    const { Y, state, hidden } = recurrentFacts({ ...inputs, initial }, attrs, gates, freshDim)
    requireShape('P', P, [attrs.direction === 'bidirectional' ? 2 : 1, mulDims(hidden, 3)])
    return { Y, Y_h: state, Y_c: state }
  },
  reference: ({ initial_h, initial_c, P, ...inputs }, attrs, { checkCancelled }) => {
    const size = 3 * inputs.R.shape[2]!
    const cells = directionActivations(attrs, defaults).map(([f, g, h], d) => {
      const peephole = P ? floatsOf(P).subarray(d * size, (d + 1) * size) : new Float64Array(size)
      // The gates are clipped; the cell state on its way to the output is not, as in ONNX Runtime.
      const functions = [clipped(f!, attrs.clip), clipped(g!, attrs.clip), h!]
      return lstmCell(functions, peephole, attrs.input_forget !== 0)
    })
    const args = { ...inputs, initial: [initial_h, initial_c], spec: attrs, checkCancelled }
    const { Y, states } = runRecurrent(args, cells)
    return { Y, Y_h: states[0], Y_c: states[1] }
  },
  gradient: 'rule',
  lower: {
    kind: 'kernel',
    emit: (inputs, outputs, attrs, context) => lowerLstm({ ...inputs, ...outputs }, attrs, context),
  },
})

/**
 * C' = forget * C + input * g(…), H' = output * h(C'). Peepholes let the input and forget gates see C and the output
 * gate see C'. With `coupled` gates, forget = 1 - input.
 */
const lstmCell =
  ([f, g, h]: readonly Activation[], peephole: Float64Array, coupled: boolean): Cell =>
  (input, [hidden, cell], { hidden: size, r, recurrentBias }) => {
    const recurrent = affine(r, hidden!, recurrentBias)
    const sum = (gate: number, j: number) => input[gate * size + j]! + recurrent[gate * size + j]!
    const peep = (gate: number, j: number, c: number) => peephole[gate * size + j]! * c
    for (let j = 0; j < size; j++) {
      const before = cell![j]!
      const inputGate = f!(sum(0, j) + peep(0, j, before))
      const forgetGate = coupled ? 1 - inputGate : f!(sum(2, j) + peep(2, j, before))
      const after = forgetGate * before + inputGate * g!(sum(3, j))
      cell![j] = after
      hidden![j] = f!(sum(1, j) + peep(1, j, after)) * h!(after)
    }
  }
