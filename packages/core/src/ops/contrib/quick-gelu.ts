import { float } from '../../ir/builder.ts'
import { attr } from '../attr.ts'
import { defineOp } from '../define.ts'
import { tensorFact } from '../fact.ts'
import { swishOf } from '../lower/formulas.ts'
import { one } from '../param.ts'
import { floats } from '../types.ts'

/** X times the logistic function of alpha * X, element by element. */
export const quickGelu = defineOp({
  name: 'QuickGelu',
  domain: 'com.microsoft',
  since: [1],
  types: { T: floats },
  inputs: { X: one('T') },
  outputs: { Y: one('T') },
  attrs: { alpha: attr.float(1.702) },
  traits: ['inplace'],
  infer: ({ X }) => ({ Y: tensorFact(X.dtype, X.shape) }),
  reference: 'decomposed',
  gradient: 'decomposed',
  lower: {
    kind: 'decompose',
    formula: ({ X }, { alpha }) => swishOf(X, alpha),
    build: (b, { X }, { alpha }) => ({ Y: b.node('Swish', [X], { alpha: float(alpha) }) }),
  },
})
