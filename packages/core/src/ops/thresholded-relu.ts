import { apply2, choose, like } from '../kernel/formula.ts'
import { attr } from './attr.ts'
import { defineOp } from './define.ts'
import { tensorFact } from './fact.ts'
import { one } from './param.ts'
import { mapElements } from './shared/elementwise.ts'
import { floats } from './types.ts'

/** X where X > alpha, otherwise 0, element by element. */
export const thresholdedRelu = defineOp({
  name: 'ThresholdedRelu',
  since: [10, 22],
  types: { T: floats },
  inputs: { X: one('T') },
  outputs: { Y: one('T') },
  attrs: { alpha: attr.float(1) },
  traits: ['inplace'],
  infer: ({ X }) => ({ Y: tensorFact(X.dtype, X.shape) }),
  reference: ({ X }, { alpha }) => ({ Y: mapElements(X, { float: (x) => (x > alpha ? x : 0) }) }),
  gradient: 'rule',
  lower: {
    kind: 'decompose',
    formula: ({ X }, { alpha }) => choose(apply2('gt', X, like(alpha, X)), X, like(0, X)),
    build: (b, { X }, { alpha }, { inputs }) => {
      const { dtype } = inputs.X
      const above = b.node('Less', [b.literal(dtype, alpha), X])
      return { Y: b.node('Where', [above, X, b.literal(dtype, 0)]) }
    },
  },
})
