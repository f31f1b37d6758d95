import { defineOp } from './define.ts'
import { tensorFact } from './fact.ts'
import { softplusFormula } from './lower/formulas.ts'
import { one } from './param.ts'
import { mapElements } from './shared/elementwise.ts'
import { softplus as softplusOf } from './shared/math/softplus.ts'
import { floats } from './types.ts'

/** ln(1 + exp(X)), element by element. */
export const softplus = defineOp({
  name: 'Softplus',
  since: [1, 22],
  types: { T: floats },
  inputs: { X: one('T') },
  outputs: { Y: one('T') },
  attrs: {},
  traits: ['inplace'],
  infer: ({ X }) => ({ Y: tensorFact(X.dtype, X.shape) }),
  reference: ({ X }) => ({ Y: mapElements(X, { float: softplusOf }) }),
  gradient: 'rule',
  lower: {
    kind: 'decompose',
    formula: ({ X }) => softplusFormula(X),
    build: (b, { X }, _attrs, { inputs }) => {
      const number = (value: number) => b.literal(inputs.X.dtype, value)
      // max(X, 0) + ln(1 + exp(-|X|)): the plain formula overflows for large X.
      const decay = b.node('Exp', [b.node('Neg', [b.node('Abs', [X])])])
      const bend = b.node('Log', [b.node('Add', [decay, number(1)])])
      return { Y: b.node('Add', [b.node('Max', [X, number(0)]), bend]) }
    },
  },
})
