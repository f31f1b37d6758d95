/** Where the elements of a tensor lie: lists of linear offsets, and lines along one axis. */
import { elementCount, normalizeAxis, type Shape, stridesOf } from '../../base/shape.ts'

/** The offset of every index of `sizes` in row-major order, for any strides (0 repeats an axis). */
export function offsetsOf(sizes: Shape, strides: readonly number[]): Float64Array {
  let offsets: Float64Array = Float64Array.of(0)
  sizes.forEach((size, axis) => {
    const next = new Float64Array(offsets.length * size)
    for (let i = 0; i < next.length; i++) {
      next[i] = offsets[Math.floor(i / size)]! + (i % size) * strides[axis]!
    }
    offsets = next
  })
  return offsets
}

/** The 1-D lines of a tensor along one axis. */
export interface Lines {
  readonly axis: number
  readonly count: number
  /** Elements of one line. */
  readonly size: number
  /** Offset from one element of a line to the next. */
  readonly step: number
  /** Offset of the first element of a line; lines are in row-major order of the other axes. */
  start(line: number): number
}

/** Throws SLP-O2 for an axis outside the rank. */
export function linesOf(shape: Shape, axis: number): Lines {
  const at = normalizeAxis(axis, shape.length)
  const size = shape[at] ?? 1
  const step = shape.length === 0 ? 1 : stridesOf(shape)[at]!
  const others = shape.filter((_, i) => i !== at)
  return {
    axis: at,
    count: elementCount(others),
    size,
    step,
    start: (line) => Math.floor(line / step) * step * size + (line % step),
  }
}
