/** Parts of a tensor that lie in one piece, so that no element has to move. */
import { elementCount, type Shape, stridesOf } from '../../base/shape.ts'
import { widen } from '../../base/wide.ts'
import type { TensorRef } from '../../kernel/lower.ts'
import { elementBytes } from '../../kernel/move/element.ts'
import { integersOf } from '../shared/elements.ts'

/** What is taken along one axis: `count` elements from `first` on, `step` apart. */
export interface AxisPart {
  readonly first: number
  readonly step: number
  readonly count: number
}

/** A whole axis. */
export const wholePart = (size: number): AxisPart => ({ first: 0, step: 1, count: size })

/** Where a part of a tensor begins, in elements, if it lies there in one piece; else undefined. */
export function partOffset(shape: Shape, parts: readonly AxisPart[]): number | undefined {
  if (parts.some(({ count }) => count === 0)) return 0
  const strides = stridesOf(shape)
  const lead = parts.findIndex(({ count }) => count > 1)
  const isWhole = ({ step, count }: AxisPart, axis: number) =>
    count === shape[axis] && (step === 1 || count === 1)
  if (lead >= 0 && parts[lead]!.step !== 1) return undefined
  if (lead >= 0 && !parts.every((part, axis) => axis <= lead || isWhole(part, axis))) return undefined
  return parts.reduce((sum, { first }, axis) => sum + first * strides[axis]!, 0)
}

/** The offset of an output that is its whole input. */
export const wholeOffsets = (): readonly number[] => [0]

/** True where every element begins at a byte of its own. */
export function isByteSized({ dtype }: TensorRef): boolean {
  return elementBytes(dtype) !== undefined
}

/** True where two shapes have equally many elements. */
export function sameCount(a: TensorRef, b: TensorRef): boolean {
  return elementCount(a.shape) === elementCount(b.shape)
}

/** The elements of a tensor that is known while planning. */
export function knownIntegers(ref: TensorRef): readonly number[] | undefined {
  return ref.constant && integersOf(widen(ref.constant))
}

/** Where each of several tensors begins, in elements, if they lie one behind the other. */
export function startsOf(list: readonly TensorRef[]): readonly number[] {
  let end = 0
  return list.map(({ shape }) => {
    end += elementCount(shape)
    return end - elementCount(shape)
  })
}
