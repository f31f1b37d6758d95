/** Kernel calls of the operators that make tensors of few different elements. */
import type { DType } from '../../base/dtype.ts'
import { elementCount } from '../../base/shape.ts'
import type { NumericData, Tensor } from '../../base/tensor.ts'
import { narrow, wideZeros } from '../../base/wide.ts'
import type { Place } from '../../kernel/kernel.ts'
import type { LowerContext, Refusal, TensorRef } from '../../kernel/lower.ts'
import { elementBytes } from '../../kernel/move/element.ts'
import { fillElements } from '../../kernel/move/fill.ts'
import { isHotIndex, putHot } from '../../kernel/move/one-hot.ts'
import { copyTriangle } from '../../kernel/move/triangle.ts'
import { unmovable } from './move.ts'

/** The elements of a tensor, in memory before the run. */
export function tableOf(context: LowerContext, { data }: Tensor): Place {
  const { buffer, byteOffset, byteLength } = data as NumericData // strings are refused before
  return context.table(new Uint8Array(buffer, byteOffset, byteLength))
}

/** A number as an element of a dtype, in memory before the run. */
export function elementTable(context: LowerContext, dtype: DType, value: 0 | 1): Place {
  const one = wideZeros(dtype, [1])
  if (one.data instanceof Float64Array) one.data[0] = value
  else if (!Array.isArray(one.data)) one.data[0] = BigInt(value)
  return tableOf(context, narrow(one))
}

/** The element at `value` everywhere. */
export function emitFill(value: Place, to: TensorRef, context: LowerContext): Refusal {
  const bytes = elementBytes(to.dtype)
  if (!bytes) return unmovable(to)
  fillElements(context, value, to.at, { elementBytes: bytes, count: elementCount(to.shape) })
  return undefined
}

/** Ones on the k-th diagonal of a matrix, zeros elsewhere. */
export function emitEye(to: TensorRef, k: number, context: LowerContext): Refusal {
  const bytes = elementBytes(to.dtype)
  if (!bytes) return unmovable(to)
  emitFill(elementTable(context, to.dtype, 0), to, context)
  const [rows, columns] = to.shape as readonly [number, number] // a matrix
  const [row, column] = [Math.max(0, -k), Math.max(0, k)]
  const count = Math.max(0, Math.min(rows - row, columns - column))
  const places = { elementBytes: bytes, count, offset: row * columns + column, step: columns + 1 }
  fillElements(context, elementTable(context, to.dtype, 1), to.at, places)
  return undefined
}

/** values[0], but values[1] where indices point along the new axis. */
export function emitOneHot(
  indices: TensorRef,
  values: TensorRef,
  to: TensorRef,
  axis: number,
  context: LowerContext,
): Refusal {
  const bytes = elementBytes(to.dtype)
  if (!bytes) return unmovable(to)
  if (!isHotIndex(indices.dtype)) return `indices of type ${indices.dtype}`
  const { buffer, offsetBytes } = values.at
  emitFill(values.at, to, context)
  putHot(context, {
    to: to.at,
    value: { buffer, offsetBytes: offsetBytes + bytes },
    elementBytes: bytes,
    indices: indices.at,
    indexType: indices.dtype,
    count: elementCount(indices.shape),
    depth: to.shape[axis]!,
    inner: elementCount(indices.shape.slice(axis)),
  })
  return undefined
}

/** One side of the diagonal of each matrix. */
export function emitTriangle(
  from: TensorRef,
  to: TensorRef,
  { diagonal, isUpper }: { readonly diagonal: TensorRef | undefined; readonly isUpper: boolean },
  context: LowerContext,
): Refusal {
  const bytes = elementBytes(from.dtype)
  if (!bytes) return unmovable(from)
  copyTriangle(context, {
    from: from.at,
    to: to.at,
    elementBytes: bytes,
    matrices: elementCount(from.shape.slice(0, -2)),
    rows: from.shape.at(-2)!,
    columns: from.shape.at(-1)!,
    diagonal: diagonal?.at ?? elementTable(context, 'int64', 0),
    isUpper,
  })
  return undefined
}
