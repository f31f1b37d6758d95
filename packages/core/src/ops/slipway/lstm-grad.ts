import { defineOp } from '../define.ts'
import { lowerLstmGradient } from '../lower/recurrent-gradient.ts'
import { maybe, one } from '../param.ts'
import { floatsOf } from '../shared/elements.ts'
import { sigmoid } from '../shared/math/sigmoid.ts'
import { gradientAttrs, gradientFacts, gradientInputs, walkBack } from '../shared/recurrent-gradient.ts'
import { formulas, scanBack, scanStates, sections } from '../shared/recurrent-gradient-scan.ts'
import { requireShape } from '../shared/require.ts'
import { floats } from '../types.ts'

/**
 * The way back through one direction of an LSTM: gradients of what its gates sum up, [steps, batch, 4 · hidden] in the
 * order input, output, forget, cell, and of its initial states.
 */
export const lstmGrad = defineOp({
  name: 'LSTMGrad',
  domain: 'ai.slipway',
  since: [1],
  types: { T: floats },
  inputs: { gates: one('T'), initial_c: one('T'), ...gradientInputs, dY_c: maybe('T') },
  outputs: { dgates: one('T'), dinitial_h: one('T'), dinitial_c: one('T') },
  attrs: gradientAttrs,
  infer: ({ gates, initial_c, dY_c, ...common }) => {
    const { rows, state, stateShape } = gradientFacts(common, { gates: [gates, 4] }, 4)
    requireShape('initial_c', initial_c, stateShape)
    requireShape('dY_c', dY_c, stateShape)
    return { dgates: rows(4), dinitial_h: state, dinitial_c: state }
  },
  reference: ({ gates, initial_c, ...common }, { reverse }, { checkCancelled }) => {
    const [steps, batch] = gates.shape as readonly [number, number] // of rank 3
    const size = common.R.shape[1]!
    const sums = floatsOf(gates)
    const values = sums.map((x, i) => (Math.floor(i / size) % 4 === 3 ? Math.tanh(x) : sigmoid(x)))
    const first = floatsOf(initial_c)
    const all = cellStates(values, first, { steps, size, reverse })
    const walk = { ...common, reverse, given: [values], steps, batch, states: { all, first }, made: [4] }
    const back = walkBack(
      { ...walk, checkCancelled },
      ({ given, hidden, state: { gradient, now, before } }) => {
        const [i, o, f, g] = [given(0, 0), given(0, 1), given(0, 2), given(0, 3)]
        const shown = Math.tanh(now)
        const dc = gradient + hidden * o * (1 - shown * shown)
        const made = [
          dc * g * i * (1 - i),
          hidden * shown * o * (1 - o),
          dc * before * f * (1 - f),
          dc * i * (1 - g * g),
        ]
        return { made: [made], state: dc * f }
      },
    )
    return { dgates: back.made[0]!, dinitial_h: back.hidden, dinitial_c: back.state }
  },
  gradient: 'decomposed',
  lower: {
    kind: 'decompose',
    emit: (inputs, outputs, { reverse }, context) =>
      lowerLstmGradient({ ...inputs, ...outputs, reverse }, context),
    build(b, { gates, initial_c, dY_c, ...names }, { reverse }, { inputs }) {
      const { dtype } = inputs.gates
      const [i, o, f, g] = sections(b, gates, 4).map((sum, s) =>
        b.node(s === 3 ? 'Tanh' : 'Sigmoid', [sum]),
      ) as [string, string, string, string] // four
      const [before, now] = scanStates(b, initial_c, [i, f, g], { dtype, reverse })
      const last = dY_c ?? b.node('Mul', [initial_c, b.literal(dtype, 0)])
      const all = [i, o, f, g, before, now]
      const back = scanBack(b, { ...names, dtype, reverse, zerosLike: initial_c }, all, last, (step) => {
        const { mul, add, rest, join } = formulas(step.b, dtype)
        const slices = step.slices as [string, string, string, string, string, string] // one for each of `all`
        const [input, output, forget, cell, c, after] = slices
        const shown = step.b.node('Tanh', [after])
        const dc = add(step.state!, mul(step.hidden, output, rest(mul(shown, shown))))
        const made = [
          mul(dc, cell, input, rest(input)),
          mul(step.hidden, shown, output, rest(output)),
          mul(dc, c, forget, rest(forget)),
          mul(dc, input, rest(mul(cell, cell))),
        ]
        return { made: [join(made)], state: mul(dc, forget) }
      })
      return { dgates: back.made[0]!, dinitial_h: back.hidden, dinitial_c: back.state! }
    },
  },
})

interface Course {
  readonly steps: number
  readonly size: number
  readonly reverse: number
}

/** C' = forget · C + input · cell. */
function cellStates(
  values: Float64Array,
  first: Float64Array,
  { steps, size, reverse }: Course,
): Float64Array {
  const all = new Float64Array(steps * first.length)
  const state = first.slice()
  for (let i = 0; i < steps; i++) {
    const time = reverse ? steps - 1 - i : i
    state.forEach((before, own) => {
      const at = (time * (first.length / size) + Math.floor(own / size)) * 4 * size + (own % size)
      const gate = (s: number) => values[at + s * size]!
      state[own] = gate(2) * before + gate(0) * gate(3)
    })
    all.set(state, time * first.length)
  }
  return all
}
