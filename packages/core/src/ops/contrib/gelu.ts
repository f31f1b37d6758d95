import { ifComputable } from '../../kernel/computable.ts'
import { defineOp } from '../define.ts'
import { tensorFact } from '../fact.ts'
import { geluOf } from '../lower/formulas.ts'
import { one } from '../param.ts'
import { floats } from '../types.ts'

/** X times the standard normal distribution function of X, element by element. */
export const gelu = defineOp({
  name: 'Gelu',
  domain: 'com.microsoft',
  since: [1],
  types: { T: floats },
  inputs: { X: one('T') },
  outputs: { Y: one('T') },
  attrs: {},
  traits: ['inplace'],
  infer: ({ X }) => ({ Y: tensorFact(X.dtype, X.shape) }),
  reference: 'decomposed',
  gradient: 'decomposed',
  lower: {
    kind: 'decompose',
    formula: ({ X }) => ifComputable(geluOf(X)),
    build: (b, { X }) => ({ Y: b.node('Gelu', [X]) }),
  },
})
