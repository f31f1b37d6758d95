/** Rows of values: the first ones of a batch, along the axis that the batch is on. */
import { dtypeInfo } from '../../base/dtype.ts'
import { elementCount, type Shape } from '../../base/shape.ts'
import type { Tensor } from '../../base/tensor.ts'
import { lanesOf, narrow, type WideTensor, wide, widen } from '../../base/wide.ts'

/** The first `count` indices of an axis. */
export function takeFirst(source: Tensor, axis: number, count: number): Tensor {
  const from = widen(source)
  const shape = from.shape.map((size, i) => (i === axis ? count : size))
  const lanes = lanesOf(source.dtype)
  const inner = elementCount(from.shape.slice(axis + 1)) * lanes
  const outer = elementCount(from.shape.slice(0, axis))
  const [step, length] = [from.shape[axis]! * inner, count * inner]
  const parts = Array.from({ length: outer }, (_, i) => from.data.slice(i * step, i * step + length))
  return narrow(wide(from.dtype, shape, joined(from, parts, outer * length)))
}

function joined(
  { data }: WideTensor,
  parts: readonly WideTensor['data'][],
  length: number,
): WideTensor['data'] {
  if (Array.isArray(data)) return parts.flatMap((part) => [...(part as string[])]) // parts of one array
  const Kind = data.constructor as new (size: number) => Float64Array // one of the three classes of wide data
  const out = new Kind(length)
  let at = 0
  for (const part of parts) {
    out.set(part as Float64Array, at) // as above
    at += part.length
  }
  return out
}

export interface RowAxis {
  readonly axis: number
  /** How many indices of the axis belong to one row. */
  readonly perRow: number
}

/** The axis whose size grew with the batch, if there is exactly one. Undefined for equal shapes, and for others. */
export function rowAxis(small: Shape, large: Shape, rows: number, allRows: number): RowAxis | undefined {
  if (small.length !== large.length) return undefined
  const changed = small.flatMap((size, axis) => (size === large[axis] ? [] : [axis]))
  const axis = changed[0]
  if (axis === undefined || changed.length > 1) return undefined
  const perRow = small[axis]! / rows
  return Number.isInteger(perRow) && large[axis] === perRow * allRows ? { axis, perRow } : undefined
}

/** Whether differences of a type mean something: whole numbers such as shapes differ with the batch as they should. */
export const isMeasured = ({ dtype }: Tensor): boolean => {
  const { kind } = dtypeInfo(dtype)
  return kind === 'float' || kind === 'complex'
}
