import { apply1, like } from '../kernel/formula.ts'
import { defineOp } from './define.ts'
import { tensorFact } from './fact.ts'
import { add, div } from './lower/formulas.ts'
import { one } from './param.ts'
import { mapElements } from './shared/elementwise.ts'
import { floats } from './types.ts'

/** input / (1 + |input|), element by element. */
export const softsign = defineOp({
  name: 'Softsign',
  since: [1, 22],
  types: { T: floats },
  inputs: { input: one('T') },
  outputs: { output: one('T') },
  attrs: {},
  traits: ['inplace'],
  infer: ({ input }) => ({ output: tensorFact(input.dtype, input.shape) }),
  reference: ({ input }) => ({ output: mapElements(input, { float: (x) => x / (1 + Math.abs(x)) }) }),
  gradient: 'rule',
  lower: {
    kind: 'decompose',
    formula: ({ input }) => div(input, add(apply1('abs', input), like(1, input))),
    build: (b, { input }, _attrs, { inputs }) => {
      const size = b.node('Add', [b.node('Abs', [input]), b.literal(inputs.input.dtype, 1)])
      return { output: b.node('Div', [input, size]) }
    },
  },
})
