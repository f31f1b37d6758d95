import { apply1, like } from '../kernel/formula.ts'
import { attr } from './attr.ts'
import { defineOp } from './define.ts'
import { tensorFact } from './fact.ts'
import { bendBelow, mul } from './lower/formulas.ts'
import { one } from './param.ts'
import { mapElements } from './shared/elementwise.ts'
import { floats } from './types.ts'

/** gamma · X where X > 0, otherwise gamma · alpha · (exp(X) - 1), element by element. */
export const selu = defineOp({
  name: 'Selu',
  since: [1, 6, 22],
  types: { T: floats },
  inputs: { X: one('T') },
  outputs: { Y: one('T') },
  attrs: { gamma: attr.float(1.0507010221481323), alpha: attr.float(1.6732631921768188) },
  traits: ['inplace'],
  infer: ({ X }) => ({ Y: tensorFact(X.dtype, X.shape) }),
  reference: ({ X }, { gamma, alpha }) => ({
    Y: mapElements(X, { float: (x) => gamma * (x > 0 ? x : alpha * Math.expm1(x)) }),
  }),
  gradient: 'rule',
  lower: {
    kind: 'decompose',
    formula: ({ X }, { gamma, alpha }) =>
      mul(bendBelow(X, mul(apply1('expm1', X), like(alpha, X))), like(gamma, X)),
    build: (b, { X }, { gamma, alpha }, { inputs }) => {
      const number = (value: number) => b.literal(inputs.X.dtype, value)
      const curve = b.node('Mul', [b.node('Sub', [b.node('Exp', [X]), number(1)]), number(alpha)])
      const bent = b.node('Where', [b.node('Less', [X, number(0)]), curve, X])
      return { Y: b.node('Mul', [bent, number(gamma)]) }
    },
  },
})
