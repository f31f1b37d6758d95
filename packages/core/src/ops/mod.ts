import { isInteger } from '../base/dtype.ts'
import { apply2 } from '../kernel/formula.ts'
import { attr } from './attr.ts'
import { defineOp } from './define.ts'
import { floorRemainder } from './lower/formulas.ts'
import { one } from './param.ts'
import { refuse, refuseValue } from './refuse.ts'
import { broadcastInfer } from './shared/broadcast.ts'
import { type BinaryKernel, zipElements } from './shared/elementwise.ts'
import { modDims } from './shared/tracked.ts'
import { numbers } from './types.ts'

/**
 * The remainder of A / B, element by element, with broadcasting: of the floored quotient (fmod 0, the sign
 * of B) or of the truncated one (fmod 1, the sign of A). Integer division by zero is refused.
 */
export const mod = defineOp({
  name: 'Mod',
  since: [10, 13, 28],
  types: { T: numbers },
  inputs: { A: one('T'), B: one('T') },
  outputs: { C: one('T') },
  attrs: { fmod: attr.int(0) },
  traits: ['inplace'],
  infer: ({ A, B }, { fmod }) => {
    if (fmod !== 0 && fmod !== 1) refuse('fmod must be 0 or 1', fmod)
    return { C: broadcastInfer([A, B], A.dtype, ([a, b]) => modDims(a!, b!)) }
  },
  reference: ({ A, B }, { fmod }) => {
    const kernel = fmod === 1 ? truncatedRemainder : flooredRemainder
    return { C: zipElements(A, B, isInteger(A.dtype) ? withoutZero(kernel) : kernel) }
  },
  gradient: 'rule',
  lower: {
    kind: 'elementwise',
    formula: ({ A, B }, { fmod }) => (fmod === 1 ? apply2('rem', A, B) : floorRemainder(A, B)),
  },
})

const truncatedRemainder = {
  float: (a: number, b: number) => a % b,
  int: (a: bigint, b: bigint) => a % b,
}

const flooredRemainder = {
  float: (a: number, b: number) => {
    const rest = a % b
    if (rest === 0) return b < 0 ? -0 : 0
    return rest < 0 === b < 0 ? rest : rest + b
  },
  int: (a: bigint, b: bigint) => {
    const rest = a % b
    return rest === 0n || rest < 0n === b < 0n ? rest : rest + b
  },
}

function withoutZero({ float, int }: Required<BinaryKernel>): BinaryKernel {
  const refuseZero = (a: number | bigint) => refuseValue('integers must not be divided by 0', `${a} mod 0`)
  return {
    // Whole numbers have no negative zero.
    float: (a, b) => (b === 0 ? refuseZero(a) : float(a, b) + 0),
    int: (a, b) => (b === 0n ? refuseZero(a) : int(a, b)),
  }
}
