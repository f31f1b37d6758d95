import { attr } from '../attr.ts'
import { defineOp, none } from '../define.ts'
import { lowerRnnGradient } from '../lower/recurrent-gradient.ts'
import { one } from '../param.ts'
import { floatsOf } from '../shared/elements.ts'
import { gradientAttrs, gradientFacts, gradientInputs, walkBack } from '../shared/recurrent-gradient.ts'
import { floats } from '../types.ts'

/** Slopes of the functions by their values. */
const slopes = {
  Tanh: (y: number) => 1 - y * y,
  Sigmoid: (y: number) => y * (1 - y),
  Relu: (y: number) => (y > 0 ? 1 : 0),
} as const

/**
 * The way back through one direction of simple recurrent cells, whose hidden states are Y: gradients of what their
 * functions are applied to, and of the initial state.
 */
export const rnnGrad = defineOp({
  name: 'RNNGrad',
  domain: 'ai.slipway',
  since: [1],
  types: { T: floats },
  inputs: { Y: one('T'), ...gradientInputs },
  outputs: { dgates: one('T'), dinitial_h: one('T') },
  attrs: { ...gradientAttrs, activation: attr.oneOf(['Tanh', 'Sigmoid', 'Relu'], 'Tanh') },
  infer: ({ Y, ...common }) => {
    const { rows, state } = gradientFacts(common, { Y: [Y, 1] }, 1)
    return { dgates: rows(1), dinitial_h: state }
  },
  reference: ({ Y, ...common }, { reverse, activation }, { checkCancelled }) => {
    const [steps, batch] = Y.shape as readonly [number, number] // of rank 3
    const walk = { ...common, reverse, given: [floatsOf(Y)], steps, batch, made: [1], checkCancelled }
    const back = walkBack(walk, ({ given, hidden }) => ({
      made: [[hidden * slopes[activation](given(0, 0))]],
    }))
    return { dgates: back.made[0]!, dinitial_h: back.hidden }
  },
  gradient: none('second derivatives of recurrent layers are not computed'),
  lower: {
    kind: 'kernel',
    emit: (inputs, outputs, attrs, context) => lowerRnnGradient({ ...inputs, ...outputs, ...attrs }, context),
  },
})
