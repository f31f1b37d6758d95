import { apply1, apply2, like } from '../kernel/formula.ts'
import { attr } from './attr.ts'
import { defineOp } from './define.ts'
import { tensorFact } from './fact.ts'
import { add, div, mul } from './lower/formulas.ts'
import { one } from './param.ts'
import { mapElements } from './shared/elementwise.ts'
import { floats } from './types.ts'

/** max(0, X) + min(0, alpha · (exp(X / alpha) - 1)), element by element. */
export const celu = defineOp({
  name: 'Celu',
  since: [12, 28],
  types: { T: floats },
  inputs: { X: one('T') },
  outputs: { Y: one('T') },
  attrs: { alpha: attr.float(1) },
  traits: ['inplace'],
  infer: ({ X }) => ({ Y: tensorFact(X.dtype, X.shape) }),
  reference: ({ X }, { alpha }) => ({
    Y: mapElements(X, { float: (x) => Math.max(0, x) + Math.min(0, alpha * Math.expm1(x / alpha)) }),
  }),
  gradient: 'rule',
  lower: {
    kind: 'decompose',
    formula: ({ X }, { alpha }) => {
      const curve = mul(apply1('expm1', div(X, like(alpha, X))), like(alpha, X))
      return add(apply2('max', X, like(0, X)), apply2('min', curve, like(0, X)))
    },
    build: (b, { X }, { alpha }, { inputs }) => {
      const number = (value: number) => b.literal(inputs.X.dtype, value)
      const scaled = b.node('Exp', [b.node('Div', [X, number(alpha)])])
      const curve = b.node('Mul', [b.node('Sub', [scaled, number(1)]), number(alpha)])
      const [above, below] = [b.node('Max', [X, number(0)]), b.node('Min', [curve, number(0)])]
      return { Y: b.node('Add', [above, below]) }
    },
  },
})
