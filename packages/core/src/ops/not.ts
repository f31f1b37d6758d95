import { apply1 } from '../kernel/formula.ts'
import { defineOp } from './define.ts'
import { notFloat } from './no-gradient.ts'
import { one } from './param.ts'
import { mapElements } from './shared/elementwise.ts'
import { mapFact, negate } from './shared/tracked.ts'

/** True where X is false, element by element. */
export const not = defineOp({
  name: 'Not',
  since: [1],
  types: { T: ['bool'] },
  inputs: { X: one('T') },
  outputs: { Y: one('T') },
  attrs: {},
  traits: ['inplace'],
  infer: ({ X }) => ({ Y: mapFact(X, negate) }),
  reference: ({ X }) => ({ Y: mapElements(X, { float: (x) => (x === 0 ? 1 : 0) }) }),
  gradient: notFloat,
  lower: { kind: 'elementwise', formula: ({ X }) => apply1('not', X) },
})
