import { attr } from '../attr.ts'
import { defineOp } from '../define.ts'
import { lowerRnnGradient } from '../lower/recurrent-gradient.ts'
import { one } from '../param.ts'
import { floatsOf } from '../shared/elements.ts'
import { gradientAttrs, gradientFacts, gradientInputs, walkBack } from '../shared/recurrent-gradient.ts'
import { formulas, scanBack } from '../shared/recurrent-gradient-scan.ts'
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
  gradient: 'decomposed',
  lower: {
    kind: 'decompose',
    emit: (inputs, outputs, attrs, context) => lowerRnnGradient({ ...inputs, ...outputs, ...attrs }, context),
    build(b, { Y, ...names }, { reverse, activation }, { inputs }) {
      const { dtype } = inputs.Y
      const { mul, rest } = formulas(b, dtype)
      const slope = {
        Tanh: () => rest(mul(Y, Y)),
        Sigmoid: () => mul(Y, rest(Y)),
        Relu: () => b.node('CastLike', [b.node('Greater', [Y, b.literal(dtype, 0)]), Y]),
      }[activation]()
      const zerosLike = b.node('ReduceSum', [Y, b.literal('int64', [0])], { keepdims: 0 })
      const back = scanBack(b, { ...names, dtype, reverse, zerosLike }, [slope], undefined, (step) => ({
        made: [step.b.node('Mul', [step.hidden, step.slices[0]!])],
      }))
      return { dgates: back.made[0]!, dinitial_h: back.hidden }
    },
  },
})
