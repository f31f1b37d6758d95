import { like } from '../kernel/formula.ts'
import { attr } from './attr.ts'
import { defineOp } from './define.ts'
import { tensorFact } from './fact.ts'
import { bendBelow, mul } from './lower/formulas.ts'
import { one } from './param.ts'
import { mapElements } from './shared/elementwise.ts'
import { floats } from './types.ts'

/** X where X ≥ 0, otherwise alpha · X, element by element. */
export const leakyRelu = defineOp({
  name: 'LeakyRelu',
  since: [1, 6, 16],
  types: { T: floats },
  inputs: { X: one('T') },
  outputs: { Y: one('T') },
  attrs: { alpha: attr.float(0.01) },
  traits: ['inplace'],
  infer: ({ X }) => ({ Y: tensorFact(X.dtype, X.shape) }),
  reference: ({ X }, { alpha }) => ({ Y: mapElements(X, { float: (x) => (x < 0 ? alpha * x : x) }) }),
  gradient: 'rule',
  lower: {
    kind: 'decompose',
    formula: ({ X }, { alpha }) => bendBelow(X, mul(X, like(alpha, X))),
    build: (b, { X }, { alpha }, { inputs }) => {
      const { dtype } = inputs.X
      const scaled = b.node('Mul', [X, b.literal(dtype, alpha)])
      return { Y: b.node('Where', [b.node('Less', [X, b.literal(dtype, 0)]), scaled, X]) }
    },
  },
})
