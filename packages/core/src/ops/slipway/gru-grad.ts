import { defineOp } from '../define.ts'
import { lowerGruGradient } from '../lower/recurrent-gradient.ts'
import { one } from '../param.ts'
import { floatsOf } from '../shared/elements.ts'
import { sigmoid } from '../shared/math/sigmoid.ts'
import { gradientAttrs, gradientFacts, gradientInputs, walkBack } from '../shared/recurrent-gradient.ts'
import { formulas, scanBack, sections } from '../shared/recurrent-gradient-scan.ts'
import { floats } from '../types.ts'

/**
 * The way back through one direction of a GRU whose reset gate scales the product of the hidden state: gradients of what
 * the input and what the hidden state give to the gates, [steps, batch, 3 · hidden] in the order update, reset, hidden,
 * and of its initial state. `before` are the hidden states before each step.
 */
export const gruGrad = defineOp({
  name: 'GRUGrad',
  domain: 'ai.slipway',
  since: [1],
  types: { T: floats },
  inputs: { input: one('T'), recurrent: one('T'), before: one('T'), ...gradientInputs },
  outputs: { dinput: one('T'), drecurrent: one('T'), dinitial_h: one('T') },
  attrs: gradientAttrs,
  infer: ({ input, recurrent, before, ...common }) => {
    const operands = { input: [input, 3], recurrent: [recurrent, 3], before: [before, 1] } as const
    const { rows, state } = gradientFacts(common, operands, 3)
    return { dinput: rows(3), drecurrent: rows(3), dinitial_h: state }
  },
  reference: ({ input, recurrent, before, ...common }, { reverse }, { checkCancelled }) => {
    const [steps, batch] = input.shape as readonly [number, number] // of rank 3
    const given = [input, recurrent, before].map(floatsOf)
    const walk = { ...common, reverse, given, steps, batch, made: [3, 3], checkCancelled }
    const back = walkBack(walk, ({ given: of, hidden }) => {
      const z = sigmoid(of(0, 0) + of(1, 0))
      const r = sigmoid(of(0, 1) + of(1, 1))
      const n = Math.tanh(of(0, 2) + r * of(1, 2))
      const dn = hidden * (1 - z) * (1 - n * n)
      const dz = hidden * (of(2, 0) - n) * z * (1 - z)
      const dr = dn * of(1, 2) * r * (1 - r)
      return {
        made: [
          [dz, dr, dn],
          [dz, dr, dn * r],
        ],
        carried: hidden * z,
      }
    })
    return { dinput: back.made[0]!, drecurrent: back.made[1]!, dinitial_h: back.hidden }
  },
  gradient: 'decomposed',
  lower: {
    kind: 'decompose',
    emit: (inputs, outputs, { reverse }, context) =>
      lowerGruGradient({ ...inputs, ...outputs, reverse }, context),
    build(b, { input, recurrent, before, ...names }, { reverse }, { inputs }) {
      const { dtype } = inputs.input
      const { mul, add } = formulas(b, dtype)
      const [zInput, rInput, nInput] = sections(b, input, 3) as [string, string, string] // three
      const [zOwn, rOwn, own] = sections(b, recurrent, 3) as [string, string, string] // three
      const [z, r] = [b.node('Sigmoid', [add(zInput, zOwn)]), b.node('Sigmoid', [add(rInput, rOwn)])]
      const n = b.node('Tanh', [add(nInput, mul(r, own))])
      const zerosLike = b.node('ReduceSum', [before, b.literal('int64', [0])], { keepdims: 0 })
      const all = [z, r, n, own, before]
      const back = scanBack(b, { ...names, dtype, reverse, zerosLike }, all, undefined, (step) => {
        const { hidden } = step
        const { mul, sub, rest, join } = formulas(step.b, dtype)
        const [z, r, n, own, h] = step.slices as [string, string, string, string, string] // as many
        const dn = mul(hidden, rest(z), rest(mul(n, n)))
        const dz = mul(hidden, sub(h, n), z, rest(z))
        const dr = mul(dn, own, r, rest(r))
        return { made: [join([dz, dr, dn]), join([dz, dr, mul(dn, r)])], carried: mul(hidden, z) }
      })
      return { dinput: back.made[0]!, drecurrent: back.made[1]!, dinitial_h: back.hidden }
    },
  },
})
