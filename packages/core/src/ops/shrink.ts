import { isFloat } from '../base/dtype.ts'
import { apply2, choose, like } from '../kernel/formula.ts'
import { attr } from './attr.ts'
import { defineOp } from './define.ts'
import { tensorFact } from './fact.ts'
import { add, sub } from './lower/formulas.ts'
import { one } from './param.ts'
import { mapElements } from './shared/elementwise.ts'
import { ieeeNumbers } from './types.ts'

/** input + bias below -lambd, input - bias above lambd, 0 between, element by element. */
export const shrink = defineOp({
  name: 'Shrink',
  since: [9],
  types: { T: ieeeNumbers },
  inputs: { input: one('T') },
  outputs: { output: one('T') },
  attrs: { bias: attr.float(0), lambd: attr.float(0.5) },
  traits: ['inplace'],
  infer: ({ input }) => ({ output: tensorFact(input.dtype, input.shape) }),
  reference: ({ input }, { lambd, bias }) => {
    const float = (x: number) => (x < -lambd ? x + bias : x > lambd ? x - bias : 0)
    return { output: mapElements(input, { float, int: (x) => shrinkWide(x, lambd, bias) }) }
  },
  gradient: 'rule',
  lower: {
    kind: 'decompose',
    formula: ({ input }, { lambd, bias }) => {
      // Thresholds of integers may be fractions.
      if (!isFloat(input.dtype)) return undefined
      const number = (value: number) => like(value, input)
      const above = choose(apply2('gt', input, number(lambd)), sub(input, number(bias)), number(0))
      return choose(apply2('lt', input, number(-lambd)), add(input, number(bias)), above)
    },
    build: (b, { input }, { lambd, bias }, { inputs }) => {
      const { dtype } = inputs.input
      // Literals of an integer dtype hold neither fractions nor, unsigned, a negative threshold.
      if (!isFloat(dtype)) return undefined
      const below = b.node('Less', [input, b.literal(dtype, -lambd)])
      const above = b.node('Greater', [input, b.literal(dtype, lambd)])
      const [zero, shift] = [b.literal(dtype, 0), b.literal(dtype, bias)]
      const upper = b.node('Where', [above, b.node('Sub', [input, shift]), zero])
      return { output: b.node('Where', [below, b.node('Add', [input, shift]), upper]) }
    },
  },
})

/** Thresholds compare with the exact integer; a whole bias is added without loss. */
function shrinkWide(x: bigint, lambd: number, bias: number): bigint {
  const sign = x < -lambd ? 1 : x > lambd ? -1 : 0
  if (sign === 0) return 0n
  return Number.isInteger(bias) ? x + BigInt(sign * bias) : BigInt(Math.trunc(Number(x) + sign * bias))
}
