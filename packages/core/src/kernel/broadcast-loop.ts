/** The loop nest of operands that broadcast to one shape: as few axes as their strides allow. */
import type { Shape } from '../base/shape.ts'
import { stridesOf } from '../base/shape.ts'

export interface LoopNest {
  /** Sizes from the outermost to the innermost axis; one axis at least, none of size 1 unless it is the only one. */
  readonly sizes: readonly number[]
  /** Per operand, a stride in elements for each axis. */
  readonly strides: readonly (readonly number[])[]
}

/** Strides of an operand along the axes of the shape that it broadcasts to: 0 along axes that it repeats on. */
export function broadcastStrides(own: Shape, shape: Shape): number[] {
  const strides = stridesOf(own)
  const lead = shape.length - own.length
  return shape.map((_, axis) => (axis < lead || own[axis - lead] === 1 ? 0 : strides[axis - lead]!))
}

/** Axes of size 1 dropped, neighbours joined where no operand tells them apart. */
export function collapseAxes(shape: Shape, strides: readonly (readonly number[])[]): LoopNest {
  const sizes: number[] = []
  const kept: number[][] = strides.map(() => [])
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const size = shape[axis]!
    if (size === 1) continue
    const joins = sizes.length > 0 && strides.every((list, i) => list[axis] === kept[i]![0]! * sizes[0]!)
    if (joins) sizes[0]! *= size
    else {
      sizes.unshift(size)
      strides.forEach((list, i) => void kept[i]!.unshift(list[axis]!))
    }
  }
  if (sizes.length === 0) return { sizes: [1], strides: strides.map(() => [0]) }
  return { sizes, strides: kept }
}
