import { defineOp } from './define.ts'
import { tensorFact } from './fact.ts'
import { mishOf } from './lower/formulas.ts'
import { one } from './param.ts'
import { mapElements } from './shared/elementwise.ts'
import { softplus as softplusOf } from './shared/math/softplus.ts'
import { floats } from './types.ts'

/** X · tanh(ln(1 + exp(X))), element by element. */
export const mish = defineOp({
  name: 'Mish',
  since: [18, 22],
  types: { T: floats },
  inputs: { X: one('T') },
  outputs: { Y: one('T') },
  attrs: {},
  traits: ['inplace'],
  infer: ({ X }) => ({ Y: tensorFact(X.dtype, X.shape) }),
  reference: ({ X }) => ({ Y: mapElements(X, { float: (x) => x * Math.tanh(softplusOf(x)) }) }),
  gradient: 'decomposed',
  lower: {
    kind: 'decompose',
    formula: ({ X }) => mishOf(X),
    build: (b, { X }) => ({ Y: b.node('Mul', [X, b.node('Tanh', [b.node('Softplus', [X])])]) }),
  },
})
