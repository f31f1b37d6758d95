/** Quantized tensors brought to one scale, one after the other along an axis. */
import { elementCount, normalizeAxis } from '../../base/shape.ts'
import type { LowerContext, Refusal, TensorRef } from '../../kernel/lower.ts'
import { lowerLookup } from '../../kernel/quantized/lookup.ts'
import { type ByteParameters, lowerByteTable } from './byte-table.ts'

export interface BytePart extends ByteParameters {
  readonly x: TensorRef
}

/** Lowers QLinearConcat. */
export function lowerByteConcat(
  parts: readonly BytePart[],
  to: ByteParameters,
  Y: TensorRef,
  axis: number,
  context: LowerContext,
): Refusal {
  const at = normalizeAxis(axis, Y.shape.length)
  const rows = elementCount(Y.shape.slice(0, at))
  const toStep = elementCount(Y.shape.slice(at))
  let offset = 0
  for (const { x, ...from } of parts) {
    // A number less its zero point, times an ordinary scale and divided by it again, is off by less than a half.
    const isSame = isOrdinary(to.scale) && areEqual(from.scale, to.scale) && areEqual(from.zero, to.zero)
    const table = isSame ? undefined : lowerByteTable(context, x, { from, to, apply: (value) => value })
    if (typeof table === 'string') return table
    const bytes = elementCount(x.shape.slice(at))
    const place = { buffer: Y.at.buffer, offsetBytes: Y.at.offsetBytes + offset }
    lowerLookup(context, { from: x.at, to: place, rows, bytes, fromStep: bytes, toStep }, table)
    offset += bytes
  }
  return undefined
}

function isOrdinary({ constant }: TensorRef): boolean {
  const scale = Number(constant?.data[0])
  return scale > 1e-30 && scale < 1e30
}

/** True where both are known, and numbers. */
function areEqual(a: TensorRef | undefined, b: TensorRef | undefined): boolean {
  const [left, right] = [a?.constant?.data[0], b?.constant?.data[0]]
  return left !== undefined && left === right
}
