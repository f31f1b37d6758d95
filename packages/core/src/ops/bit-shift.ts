import { dtypeInfo } from '../base/dtype.ts'
import { apply2 } from '../kernel/formula.ts'
import { attr } from './attr.ts'
import { defineOp } from './define.ts'
import { notFloat } from './no-gradient.ts'
import { one } from './param.ts'
import { broadcastInfer } from './shared/broadcast.ts'
import { type BinaryKernel, zipElements } from './shared/elementwise.ts'
import { ints } from './types.ts'

/**
 * The bits of X moved by Y places LEFT or RIGHT, with broadcasting. A right shift keeps the sign. A distance
 * that is negative or not below the width shifts every bit out.
 */
export const bitShift = defineOp({
  name: 'BitShift',
  since: [11, 28],
  types: { T: ints },
  inputs: { X: one('T'), Y: one('T') },
  outputs: { Z: one('T') },
  attrs: { direction: attr.oneOf(['LEFT', 'RIGHT']) },
  traits: ['inplace'],
  infer: ({ X, Y }) => ({ Z: broadcastInfer([X, Y], X.dtype) }),
  reference: ({ X, Y }, { direction }) => {
    const { bits } = dtypeInfo(X.dtype)
    return { Z: zipElements(X, Y, direction === 'LEFT' ? leftShift(bits) : rightShift(bits)) }
  },
  gradient: notFloat,
  lower: {
    kind: 'elementwise',
    formula: ({ X, Y }, { direction }) => apply2(direction === 'LEFT' ? 'shl' : 'shr', X, Y),
  },
})

// Products with a power of two are exact in float64; the store cuts them to the width of the dtype.
const leftShift = (bits: number): BinaryKernel => ({
  float: (x, y) => (y < 0 || y >= bits ? 0 : x * 2 ** y),
  int: (x, y) => (y < 0n || y >= bits ? 0n : x << y),
})

const rightShift = (bits: number): BinaryKernel => ({
  float: (x, y) => (y < 0 || y >= bits ? (x < 0 ? -1 : 0) : Math.floor(x / 2 ** y)),
  int: (x, y) => (y < 0n || y >= bits ? (x < 0n ? -1n : 0n) : x >> y),
})
