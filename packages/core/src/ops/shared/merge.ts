/** What is true of a value that comes from one of two places. */
import { type Dim, dimsEqual } from '../../base/dim.ts'
import { tensorType, typeText, type ValueType } from '../../base/value.ts'
import type { Fact } from '../fact.ts'
import { trackedOf } from './tracked.ts'

/** A name for the size of an axis on which the two types differ. */
export type FreshAxis = (axis: number) => Dim

/**
 * The type of values of either type: equal sizes stay, others become fresh, and a rank that differs is unknown.
 * Undefined where the kinds or the element types differ.
 */
export function mergeTypes(a: ValueType, b: ValueType, fresh: FreshAxis): ValueType | undefined {
  if (a.kind === 'tensor' && b.kind === 'tensor') {
    return a.dtype === b.dtype ? tensorType(a.dtype, mergeShapes(a.shape, b.shape, fresh)) : undefined
  }
  if ((a.kind === 'sequence' || a.kind === 'optional') && b.kind === a.kind) {
    const element = mergeTypes(a.element, b.element, fresh)
    return element && { kind: a.kind, element }
  }
  return typeText(a) === typeText(b) ? a : undefined
}

function mergeShapes(
  a: readonly Dim[] | undefined,
  b: readonly Dim[] | undefined,
  fresh: FreshAxis,
): readonly Dim[] | undefined {
  if (!a || a.length !== b?.length) return undefined
  return a.map((size, axis) => (dimsEqual(size, b[axis]!) ? size : fresh(axis)))
}

/** The tracked elements that both facts agree on. */
export function mergeValues(a: Fact, b: Fact): readonly Dim[] | undefined {
  const [left, right] = [trackedOf(a), trackedOf(b)]
  const same = left?.length === right?.length && left?.every((value, i) => dimsEqual(value, right![i]!))
  return same ? left : undefined
}

/** A type that says nothing of sizes. */
export function withoutSizes(type: ValueType): ValueType {
  switch (type.kind) {
    case 'tensor':
    case 'sparse':
      return { kind: type.kind, dtype: type.dtype }
    case 'sequence':
    case 'optional':
      return { kind: type.kind, element: withoutSizes(type.element) }
    case 'map':
      return type
    default:
      return type satisfies never
  }
}
