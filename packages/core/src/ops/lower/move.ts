/** Kernel calls of operators that only move elements: whole tensors, parts of axes, other orders of axes. */
import { packedByteLength } from '../../base/dtype.ts'
import { elementCount, stridesOf } from '../../base/shape.ts'
import type { Place } from '../../kernel/kernel.ts'
import type { LowerContext, Refusal, TensorRef } from '../../kernel/lower.ts'
import { elementBytes } from '../../kernel/move/element.ts'
import { stridedCopy } from '../../kernel/move/strided-copy.ts'
import type { AxisPart } from './parts.ts'

/** The reason why elements of a type cannot be moved one by one. */
export const unmovable = ({ dtype }: TensorRef): string => `elements of type ${dtype}`

/** The same bytes. */
export function emitWhole(from: TensorRef, to: TensorRef, context: LowerContext): Refusal {
  if (from.dtype === 'string') return unmovable(from)
  const shape = [packedByteLength(from.dtype, elementCount(from.shape))]
  const strides = [1]
  const copy = { elementBytes: 1, shape, fromStrides: strides, toStrides: strides } as const
  stridedCopy(context, { ...copy, from: from.at, to: to.at })
  return undefined
}

/** The part of every axis of `from`. */
export function emitParts(
  from: TensorRef,
  to: TensorRef,
  parts: readonly AxisPart[],
  context: LowerContext,
): Refusal {
  const bytes = elementBytes(from.dtype)
  if (!bytes) return unmovable(from)
  const strides = stridesOf(from.shape)
  stridedCopy(context, {
    elementBytes: bytes,
    shape: parts.map(({ count }) => count),
    from: from.at,
    fromOffset: parts.reduce((sum, { first }, axis) => sum + first * strides[axis]!, 0),
    fromStrides: parts.map(({ step }, axis) => step * strides[axis]!),
    to: to.at,
    toStrides: stridesOf(to.shape),
  })
  return undefined
}

/** Axis i of the result is axis order[i] of `from`. */
export function emitPermuted(
  from: TensorRef,
  to: TensorRef,
  order: readonly number[],
  context: LowerContext,
): Refusal {
  const bytes = elementBytes(from.dtype)
  if (!bytes) return unmovable(from)
  const strides = stridesOf(from.shape)
  stridedCopy(context, {
    elementBytes: bytes,
    shape: to.shape,
    from: from.at,
    fromStrides: order.map((axis) => strides[axis]!),
    to: to.at,
    toStrides: stridesOf(to.shape),
  })
  return undefined
}

/** The input repeated along axes, by numpy's rule of broadcasting. */
export function emitBroadcast(from: TensorRef, to: TensorRef, context: LowerContext): Refusal {
  const bytes = elementBytes(from.dtype)
  if (!bytes) return unmovable(from)
  const own = stridesOf(from.shape)
  const lead = to.shape.length - from.shape.length
  stridedCopy(context, {
    elementBytes: bytes,
    shape: to.shape,
    from: from.at,
    fromStrides: to.shape.map((_, axis) => (from.shape[axis - lead] === 1 ? 0 : (own[axis - lead] ?? 0))),
    to: to.at,
    toStrides: stridesOf(to.shape),
  })
  return undefined
}

/** The input laid side by side along every axis, as often as the sizes of the result say. */
export function emitTiled(from: TensorRef, to: TensorRef, context: LowerContext): Refusal {
  const bytes = elementBytes(from.dtype)
  if (!bytes) return unmovable(from)
  const [own, strides] = [stridesOf(from.shape), stridesOf(to.shape)]
  if (elementCount(to.shape) === 0) return undefined
  stridedCopy(context, {
    elementBytes: bytes,
    shape: from.shape.flatMap((size, axis) => [to.shape[axis]! / size, size]),
    from: from.at,
    fromStrides: own.flatMap((stride) => [0, stride]),
    to: to.at,
    toStrides: strides.flatMap((stride, axis) => [stride * from.shape[axis]!, stride]),
  })
  return undefined
}

/** Tensors end to end along an axis. */
export function emitJoined(
  list: readonly TensorRef[],
  to: TensorRef,
  axis: number,
  context: LowerContext,
): Refusal {
  return copyParts(to, list, axis, context, (part, whole) => [part, whole])
}

/** A tensor cut into parts along an axis. */
export function emitSplit(
  from: TensorRef,
  list: readonly TensorRef[],
  axis: number,
  context: LowerContext,
): Refusal {
  return copyParts(from, list, axis, context, (part, whole) => [whole, part])
}

/** One side of a copy. */
interface CopyEnd {
  readonly at: Place
  readonly offset: number
  readonly strides: readonly number[]
}

/** Copies parts of a tensor that lie one behind the other along an axis: from the first end to the second. */
function copyParts(
  whole: TensorRef,
  parts: readonly TensorRef[],
  axis: number,
  context: LowerContext,
  direct: (part: CopyEnd, whole: CopyEnd) => readonly [from: CopyEnd, to: CopyEnd],
): Refusal {
  const bytes = elementBytes(whole.dtype)
  if (!bytes) return unmovable(whole)
  const strides = stridesOf(whole.shape)
  let start = 0
  for (const { at, shape } of parts) {
    const [from, to] = direct(
      { at, offset: 0, strides: stridesOf(shape) },
      { at: whole.at, offset: start * strides[axis]!, strides },
    )
    stridedCopy(context, {
      elementBytes: bytes,
      shape,
      from: from.at,
      fromOffset: from.offset,
      fromStrides: from.strides,
      to: to.at,
      toOffset: to.offset,
      toStrides: to.strides,
    })
    start += shape[axis]!
  }
  return undefined
}
