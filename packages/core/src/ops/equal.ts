import { ifComputable } from '../kernel/computable.ts'
import { apply2 } from '../kernel/formula.ts'
import { defineOp } from './define.ts'
import { notFloat } from './no-gradient.ts'
import { one } from './param.ts'
import { broadcastInfer } from './shared/broadcast.ts'
import { testPairs } from './shared/elementwise.ts'
import { isEqual } from './shared/tracked.ts'
import { numbers } from './types.ts'

/** True where A = B, with broadcasting. NaN equals nothing; -0 equals 0. */
export const equal = defineOp({
  name: 'Equal',
  since: [1, 7, 11, 13, 19],
  types: { T: [...numbers, 'bool', 'string'], T1: ['bool'] },
  inputs: { A: one('T'), B: one('T') },
  outputs: { C: one('T1') },
  attrs: {},
  traits: ['commutative'],
  infer: ({ A, B }) => ({ C: broadcastInfer([A, B], 'bool', ([a, b]) => isEqual(a!, b!)) }),
  reference: ({ A, B }) => ({ C: testPairs(A, B, (a, b) => a === b) }),
  gradient: notFloat,
  lower: { kind: 'elementwise', formula: ({ A, B }) => ifComputable(apply2('eq', A, B)) },
})
