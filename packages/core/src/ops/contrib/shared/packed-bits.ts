/** Narrow unsigned numbers packed into bytes, the lowest bits first, along the last axis. */
import type { GraphBuilder } from '../../../ir/builder.ts'
import { refuse } from '../../refuse.ts'

/** Numbers in one byte. Throws SLP-O2 unless a byte holds 1, 2 or 4 of them. */
export function numbersPerByte(bits: number): number {
  return bits === 2 || bits === 4 || bits === 8 ? 8 / bits : refuse('bits must be 2, 4 or 8', bits)
}

/** The numbers apart as uint8: the last axis grows by the numbers per byte. */
export function unpackBits(b: GraphBuilder, packed: string, rank: number, bits: number): string {
  const count = numbersPerByte(bits)
  if (count === 1) return packed
  const mask = b.literal('uint8', 2 ** bits - 1)
  const parts = Array.from({ length: count }, (_, i) => {
    const shifted = b.node('BitShift', [packed, b.literal('uint8', i * bits)], { direction: 'RIGHT' })
    return b.node('Unsqueeze', [b.node('BitwiseAnd', [shifted, mask]), b.literal('int64', [-1])])
  })
  const kept = new Array<number>(rank - 1).fill(0)
  const joined = b.node('Concat', parts, { axis: -1 })
  return b.node('Reshape', [joined, b.literal('int64', [...kept, -1])])
}
