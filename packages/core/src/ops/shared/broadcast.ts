/** NumPy broadcasting, on symbolic shapes and on values. */
import { type Dim, dimsEqual, dimText, symbol } from '../../base/dim.ts'
import type { DType } from '../../base/dtype.ts'
import { broadcastShapes, type Shape, stridesOf } from '../../base/shape.ts'
import type { WideTensor } from '../../base/wide.ts'
import { type TensorFact, tensorFact, valuesOf } from '../fact.ts'
import { refuse } from '../refuse.ts'
import { selectElements } from './movement.ts'
import { isTracked, trackedElements } from './tracked.ts'

/** The shape several shapes broadcast to; undefined where one of them is unknown. Throws SLP-O2. */
export function broadcastDims(shapes: readonly (readonly Dim[] | undefined)[]): readonly Dim[] | undefined {
  if (shapes.some((shape) => shape === undefined)) return undefined
  const known = shapes as readonly (readonly Dim[])[] // none is undefined
  const rank = Math.max(0, ...known.map((shape) => shape.length))
  return Array.from({ length: rank }, (_, axis) => {
    const sizes = known.map((shape) => shape[axis - rank + shape.length] ?? 1)
    return sizes.reduce((a, b) => broadcastDim(a, b, known))
  })
}

function broadcastDim(a: Dim, b: Dim, shapes: readonly (readonly Dim[])[]): Dim {
  if (b === 1 || dimsEqual(a, b)) return a
  if (a === 1) return b
  if (typeof a === 'number' && typeof b === 'number') {
    const list = shapes.map((shape) => `[${shape.map(dimText)}]`).join(' and ')
    return refuse('the shapes must broadcast (equal sizes, or 1)', list)
  }
  // A size above 1 wins over a name, which can only be 1 or the same.
  if (typeof a === 'number') return a
  if (typeof b === 'number') return b
  return symbol(`${dimText(a)}|${dimText(b)}`)
}

/**
 * The fact of a broadcasting operator's output. `combine` computes tracked elements where every input has them.
 */
export function broadcastInfer(
  inputs: readonly TensorFact[],
  dtype: DType,
  combine?: (elements: readonly Dim[]) => Dim | undefined,
): TensorFact {
  const shape = broadcastDims(inputs.map((input) => input.shape))
  return tensorFact(dtype, shape, combine && combineValues(inputs, dtype, shape, combine))
}

function combineValues(
  inputs: readonly TensorFact[],
  dtype: DType,
  shape: readonly Dim[] | undefined,
  combine: (elements: readonly Dim[]) => Dim | undefined,
): readonly Dim[] | undefined {
  // Small integer tensors are scalars and vectors; nothing else is tracked.
  if (!shape || shape.length > 1 || !inputs.every(({ dtype: own }) => isTracked(own))) return undefined
  const lists = inputs.map(valuesOf)
  const length = shape.length === 0 ? 1 : shape[0]!
  if (typeof length !== 'number' || lists.some((list) => list === undefined)) return undefined
  return trackedElements(dtype, length, (i) =>
    combine(lists.map((list) => (list!.length === 1 ? list![0]! : list![i]!))),
  )
}

/** `x` repeated to `shape`, which it must broadcast to. */
export function expandTo(x: WideTensor, shape: Shape): WideTensor {
  if (x.shape.length === shape.length && x.shape.every((size, axis) => size === shape[axis])) return x
  const outStrides = stridesOf(shape)
  const strides = stridesOf(x.shape)
  const lead = shape.length - x.shape.length
  return selectElements(x, shape, (linear) => {
    let source = 0
    for (let axis = 0; axis < x.shape.length; axis++) {
      if (x.shape[axis] === 1) continue
      source += (Math.floor(linear / outStrides[axis + lead]!) % shape[axis + lead]!) * strides[axis]!
    }
    return source
  })
}

/** All tensors repeated to their common shape. Throws SLP-O2. */
export function broadcastAll(inputs: readonly WideTensor[]): { shape: Shape; tensors: WideTensor[] } {
  const shape = broadcastShapes(...inputs.map((input) => input.shape))
  return { shape, tensors: inputs.map((input) => expandTo(input, shape)) }
}
