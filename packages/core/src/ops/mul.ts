import { mulDims } from '../base/dim.ts'
import { isInteger } from '../base/dtype.ts'
import { apply2 } from '../kernel/formula.ts'
import { defineOp } from './define.ts'
import { one } from './param.ts'
import { broadcastInfer } from './shared/broadcast.ts'
import { zipElements } from './shared/elementwise.ts'
import { numbers } from './types.ts'

/** A · B, element by element, with broadcasting. Integers wrap around. */
export const mul = defineOp({
  name: 'Mul',
  since: [1, 6, 7, 13, 14],
  types: { T: numbers },
  inputs: { A: one('T'), B: one('T') },
  outputs: { C: one('T') },
  attrs: {},
  traits: ['commutative', 'associative', 'inplace'],
  infer: ({ A, B }) => ({ C: broadcastInfer([A, B], A.dtype, ([a, b]) => mulDims(a!, b!)) }),
  reference: ({ A, B }) => ({
    C: zipElements(A, B, { float: isInteger(A.dtype) ? Math.imul : (a, b) => a * b, int: (a, b) => a * b }),
  }),
  gradient: 'rule',
  lower: { kind: 'elementwise', formula: ({ A, B }) => apply2('mul', A, B) },
})
