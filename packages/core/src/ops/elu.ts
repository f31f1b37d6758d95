import { apply1, like } from '../kernel/formula.ts'
import { attr } from './attr.ts'
import { defineOp } from './define.ts'
import { tensorFact } from './fact.ts'
import { bendBelow, mul } from './lower/formulas.ts'
import { one } from './param.ts'
import { mapElements } from './shared/elementwise.ts'
import { floats } from './types.ts'

/** X where X ≥ 0, otherwise alpha · (exp(X) - 1), element by element. */
export const elu = defineOp({
  name: 'Elu',
  since: [1, 6, 22],
  types: { T: floats },
  inputs: { X: one('T') },
  outputs: { Y: one('T') },
  attrs: { alpha: attr.float(1) },
  traits: ['inplace'],
  infer: ({ X }) => ({ Y: tensorFact(X.dtype, X.shape) }),
  reference: ({ X }, { alpha }) => ({
    Y: mapElements(X, { float: (x) => (x < 0 ? alpha * Math.expm1(x) : x) }),
  }),
  gradient: 'rule',
  lower: {
    kind: 'decompose',
    formula: ({ X }, { alpha }) => bendBelow(X, mul(apply1('expm1', X), like(alpha, X))),
    build: (b, { X }, { alpha }, { inputs }) => {
      const number = (value: number) => b.literal(inputs.X.dtype, value)
      const curve = b.node('Mul', [b.node('Sub', [b.node('Exp', [X]), number(1)]), number(alpha)])
      return { Y: b.node('Where', [b.node('Less', [X, number(0)]), curve, X]) }
    },
  },
})
