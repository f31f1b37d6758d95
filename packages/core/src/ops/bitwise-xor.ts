import { apply2 } from '../kernel/formula.ts'
import { defineOp } from './define.ts'
import { notFloat } from './no-gradient.ts'
import { one } from './param.ts'
import { broadcastInfer } from './shared/broadcast.ts'
import { zipElements } from './shared/elementwise.ts'
import { ints } from './types.ts'

/** A XOR B on the bits of each element, with broadcasting. */
export const bitwiseXor = defineOp({
  name: 'BitwiseXor',
  since: [18],
  types: { T: ints },
  inputs: { A: one('T'), B: one('T') },
  outputs: { C: one('T') },
  attrs: {},
  traits: ['commutative', 'associative', 'inplace'],
  infer: ({ A, B }) => ({ C: broadcastInfer([A, B], A.dtype) }),
  reference: ({ A, B }) => ({ C: zipElements(A, B, { float: (a, b) => a ^ b, int: (a, b) => a ^ b }) }),
  gradient: notFloat,
  lower: { kind: 'elementwise', formula: ({ A, B }) => apply2('xor', A, B) },
})
