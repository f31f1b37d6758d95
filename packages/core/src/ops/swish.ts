import { attr } from './attr.ts'
import { defineOp } from './define.ts'
import { tensorFact } from './fact.ts'
import { swishOf } from './lower/formulas.ts'
import { one } from './param.ts'
import { mapElements } from './shared/elementwise.ts'
import { sigmoid } from './shared/math/sigmoid.ts'
import { floats } from './types.ts'

/** X / (1 + exp(-alpha · X)), element by element. */
export const swish = defineOp({
  name: 'Swish',
  since: [24],
  types: { T: floats },
  inputs: { X: one('T') },
  outputs: { Y: one('T') },
  attrs: { alpha: attr.float(1) },
  traits: ['inplace'],
  infer: ({ X }) => ({ Y: tensorFact(X.dtype, X.shape) }),
  reference: ({ X }, { alpha }) => ({ Y: mapElements(X, { float: (x) => x * sigmoid(alpha * x) }) }),
  gradient: 'rule',
  lower: {
    kind: 'decompose',
    formula: ({ X }, { alpha }) => swishOf(X, alpha),
    build: (b, { X }, { alpha }, { inputs }) => {
      const gate = b.node('Sigmoid', [b.node('Mul', [X, b.literal(inputs.X.dtype, alpha)])])
      return { Y: b.node('Mul', [X, gate]) }
    },
  },
})
