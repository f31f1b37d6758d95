import { apply1 } from '../kernel/formula.ts'
import { defineOp } from './define.ts'
import { one } from './param.ts'
import { mapElements } from './shared/elementwise.ts'
import { absDim, mapFact } from './shared/tracked.ts'
import { numbers } from './types.ts'

/** The magnitude, element by element. The least signed integer has none of its type and stays itself. */
export const abs = defineOp({
  name: 'Abs',
  since: [1, 6, 13],
  types: { T: numbers },
  inputs: { X: one('T') },
  outputs: { Y: one('T') },
  attrs: {},
  traits: ['inplace'],
  infer: ({ X }) => ({ Y: mapFact(X, absDim) }),
  reference: ({ X }) => ({ Y: mapElements(X, { float: Math.abs, int: (x) => (x < 0n ? -x : x) }) }),
  gradient: 'rule',
  lower: { kind: 'elementwise', formula: ({ X }) => apply1('abs', X) },
})
