import { apply2 } from '../kernel/formula.ts'
import { defineOp } from './define.ts'
import { notFloat } from './no-gradient.ts'
import { one } from './param.ts'
import { broadcastInfer } from './shared/broadcast.ts'
import { testPairs } from './shared/elementwise.ts'
import { maxDims } from './shared/tracked.ts'

/** True where A or B is true, with broadcasting. */
export const or = defineOp({
  name: 'Or',
  since: [1, 7],
  types: { T: ['bool'], T1: ['bool'] },
  inputs: { A: one('T'), B: one('T') },
  outputs: { C: one('T1') },
  attrs: {},
  traits: ['commutative', 'associative', 'inplace'],
  infer: ({ A, B }) => ({ C: broadcastInfer([A, B], 'bool', ([a, b]) => maxDims(a!, b!)) }),
  reference: ({ A, B }) => ({ C: testPairs(A, B, (a, b) => a !== 0 || b !== 0) }),
  gradient: notFloat,
  lower: { kind: 'elementwise', formula: ({ A, B }) => apply2('or', A, B) },
})
