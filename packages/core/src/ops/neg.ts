import { apply1 } from '../kernel/formula.ts'
import { defineOp } from './define.ts'
import { one } from './param.ts'
import { mapElements } from './shared/elementwise.ts'
import { mapFact, negDim } from './shared/tracked.ts'
import { floats, signedInts } from './types.ts'

/** -X, element by element. The least integer stays itself. */
export const neg = defineOp({
  name: 'Neg',
  since: [1, 6, 13],
  types: { T: [...floats, ...signedInts] },
  inputs: { X: one('T') },
  outputs: { Y: one('T') },
  attrs: {},
  traits: ['inplace'],
  infer: ({ X }) => ({ Y: mapFact(X, negDim) }),
  reference: ({ X }) => ({ Y: mapElements(X, { float: (x) => -x, int: (x) => -x }) }),
  gradient: 'rule',
  lower: { kind: 'elementwise', formula: ({ X }) => apply1('neg', X) },
})
