import { apply2, choose, like } from '../kernel/formula.ts'
import { defineOp } from './define.ts'
import { tensorFact } from './fact.ts'
import { one } from './param.ts'
import { mapElements } from './shared/elementwise.ts'
import { numbers } from './types.ts'

/** 1 above zero, -1 below zero, 0 at zero, NaN at NaN, element by element. */
export const sign = defineOp({
  name: 'Sign',
  since: [9, 13],
  types: { T: numbers },
  inputs: { input: one('T') },
  outputs: { output: one('T') },
  attrs: {},
  traits: ['inplace'],
  infer: ({ input }) => ({ output: tensorFact(input.dtype, input.shape) }),
  reference: ({ input }) => ({
    output: mapElements(input, { float: Math.sign, int: (x) => (x > 0n ? 1n : x < 0n ? -1n : 0n) }),
  }),
  gradient: 'rule',
  lower: {
    kind: 'elementwise',
    formula: ({ input }) => {
      const [zero, one] = [like(0, input), like(1, input)]
      const below = choose(apply2('lt', input, zero), apply2('sub', zero, one), input)
      return choose(apply2('gt', input, zero), one, below)
    },
  },
})
