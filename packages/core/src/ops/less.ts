import { apply2 } from '../kernel/formula.ts'
import { defineOp } from './define.ts'
import { notFloat } from './no-gradient.ts'
import { one } from './param.ts'
import { broadcastInfer } from './shared/broadcast.ts'
import { testPairs } from './shared/elementwise.ts'
import { isLess } from './shared/tracked.ts'
import { numbers } from './types.ts'

/** True where A < B, with broadcasting; false at NaN. */
export const less = defineOp({
  name: 'Less',
  since: [1, 7, 9, 13],
  types: { T: numbers, T1: ['bool'] },
  inputs: { A: one('T'), B: one('T') },
  outputs: { C: one('T1') },
  attrs: {},
  infer: ({ A, B }) => ({ C: broadcastInfer([A, B], 'bool', ([a, b]) => isLess(a!, b!)) }),
  reference: ({ A, B }) => ({ C: testPairs(A, B, (a, b) => a < b) }),
  gradient: notFloat,
  lower: { kind: 'elementwise', formula: ({ A, B }) => apply2('lt', A, B) },
})
