import { isInteger } from '../base/dtype.ts'
import { apply2 } from '../kernel/formula.ts'
import { defineOp } from './define.ts'
import { one } from './param.ts'
import { refuseValue } from './refuse.ts'
import { broadcastInfer } from './shared/broadcast.ts'
import { type BinaryKernel, zipElements } from './shared/elementwise.ts'
import { truncDivDims } from './shared/tracked.ts'
import { numbers } from './types.ts'

/**
 * A / B, element by element, with broadcasting. Integers round toward zero; their division by zero is
 * refused.
 */
export const div = defineOp({
  name: 'Div',
  since: [1, 6, 7, 13, 14],
  types: { T: numbers },
  inputs: { A: one('T'), B: one('T') },
  outputs: { C: one('T') },
  attrs: {},
  traits: ['inplace'],
  infer: ({ A, B }) => ({ C: broadcastInfer([A, B], A.dtype, ([a, b]) => truncDivDims(a!, b!)) }),
  reference: ({ A, B }) => ({
    C: zipElements(A, B, isInteger(A.dtype) ? truncated : { float: (a, b) => a / b }),
  }),
  gradient: 'rule',
  lower: { kind: 'elementwise', formula: ({ A, B }) => apply2('div', A, B) },
})

const truncated: BinaryKernel = {
  // The double nearest to a quotient of 32-bit integers is a whole number only where the quotient is one.
  float: (a, b) => (b === 0 ? byZero(a) : Math.trunc(a / b)),
  int: (a, b) => (b === 0n ? byZero(a) : a / b),
}

function byZero(a: number | bigint): never {
  return refuseValue('integers must not be divided by 0', `${a} / 0`)
}
