import { apply1 } from '../kernel/formula.ts'
import { defineOp } from './define.ts'
import { tensorFact } from './fact.ts'
import { one } from './param.ts'
import { mapElements } from './shared/elementwise.ts'
import { floats } from './types.ts'

/** The largest whole number that is not above X, element by element. */
export const floor = defineOp({
  name: 'Floor',
  since: [1, 6, 13],
  types: { T: floats },
  inputs: { X: one('T') },
  outputs: { Y: one('T') },
  attrs: {},
  traits: ['inplace'],
  infer: ({ X }) => ({ Y: tensorFact(X.dtype, X.shape) }),
  reference: ({ X }) => ({ Y: mapElements(X, { float: Math.floor }) }),
  gradient: 'rule',
  lower: { kind: 'elementwise', formula: ({ X }) => apply1('floor', X) },
})
