/** Arithmetic on concrete shapes: counts, strides, and walks over indices. */
import { SlipwayError } from './errors.ts'

export type Shape = readonly number[]

/** Elements of a shape; 1 for a scalar. */
export function elementCount(shape: Shape): number {
  return shape.reduce((product, size) => product * size, 1)
}

/** True where ranks and sizes agree. */
export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((size, i) => size === b[i])
}

/** Row-major strides, in elements. */
export function stridesOf(shape: Shape): number[] {
  const strides = new Array<number>(shape.length)
  let step = 1
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    strides[axis] = step
    step *= shape[axis]!
  }
  return strides
}

/** An axis in [-rank, rank) as one in [0, rank). Throws SLP-O2. */
export function normalizeAxis(axis: number, rank: number): number {
  const at = axis < 0 ? axis + rank : axis
  if (!Number.isInteger(axis) || at < 0 || at >= Math.max(rank, 1)) {
    throw new SlipwayError('SLP-O2', `Cannot use axis: it must lie in [${-rank}, ${rank - 1}], got ${axis}`)
  }
  return at
}

/** Calls `visit` with each index of the shape in row-major order. The array is reused between calls. */
export function forEachIndex(shape: Shape, visit: (index: readonly number[], linear: number) => void): void {
  const count = elementCount(shape)
  const index = new Array<number>(shape.length).fill(0)
  for (let linear = 0; linear < count; linear++) {
    visit(index, linear)
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      index[axis] = index[axis]! + 1
      if (index[axis]! < shape[axis]!) break
      index[axis] = 0
    }
  }
}

/** The shape two shapes broadcast to (NumPy's rule). Throws SLP-O2. */
export function broadcastShapes(...shapes: readonly Shape[]): number[] {
  const rank = Math.max(0, ...shapes.map((shape) => shape.length))
  return Array.from({ length: rank }, (_, axis) => {
    let size = 1
    for (const shape of shapes) {
      const own = shape[axis - rank + shape.length] ?? 1
      if (own === 1 || own === size) continue
      if (size !== 1) {
        const list = shapes.map((s) => `[${s}]`).join(' and ')
        throw new SlipwayError('SLP-O2', `Cannot broadcast: sizes must be equal or 1, got ${list}`)
      }
      size = own
    }
    return size
  })
}
