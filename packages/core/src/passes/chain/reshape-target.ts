/** The shape input of a Reshape that gives a shape with named sizes. */
import { type Dim, dimsEqual, isKnown } from '../../base/dim.ts'

export interface ReshapeTarget {
  readonly shape: readonly number[]
  /** True where a 0 in the shape means zero instead of the size of the same axis. */
  readonly allowZero: boolean
}

/** Undefined where the wanted shape cannot be said with numbers, one -1, and sizes kept from the same axis. */
export function tryReshapeTarget(
  from: readonly Dim[] | undefined,
  to: readonly Dim[] | undefined,
): ReshapeTarget | undefined {
  if (!to) return undefined
  if (to.every(isKnown)) return { shape: to, allowZero: to.includes(0) }
  if (to.includes(0)) return undefined
  const kept = to.map(
    (size, axis) => !isKnown(size) && from?.[axis] !== undefined && dimsEqual(from[axis], size),
  )
  const free = to.filter((size, axis) => !isKnown(size) && !kept[axis])
  const named = to.filter((size) => !isKnown(size))
  if (named.length === 1) return { shape: to.map((size) => (isKnown(size) ? size : -1)), allowZero: false }
  if (free.length > 1) return undefined
  return { shape: to.map((size, axis) => (isKnown(size) ? size : kept[axis] ? 0 : -1)), allowZero: false }
}
