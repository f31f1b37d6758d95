/** Selecting along every axis at once: slices, tiles, paddings and gathers are all this. */
import { elementCount, stridesOf } from '../../base/shape.ts'
import { type WideTensor, wideZeros } from '../../base/wide.ts'
import { copyElements } from './movement.ts'

/** Indices along one axis; a negative one selects nothing. */
export type Pick = readonly number[]

/** Every index of an axis, in order. */
export function wholeAxis(size: number): Pick {
  return Array.from({ length: size }, (_, i) => i)
}

/**
 * The tensor whose element (i, j, …) is element (picks[0][i], picks[1][j], …) of `x`. Where an index is negative,
 * the element is that of the one-element tensor `fill`, or zero.
 */
export function pickAlongAxes(x: WideTensor, picks: readonly Pick[], fill?: WideTensor): WideTensor {
  const shape = picks.map((pick) => pick.length)
  const out = wideZeros(x.dtype, shape)
  if (fill) for (let i = 0; i < elementCount(shape); i++) copyElements(fill, 0, out, i, 1)
  const [strides, outStrides] = [stridesOf(x.shape), stridesOf(shape)]
  // Trailing axes that are taken whole are copied as one block.
  let depth = picks.length
  while (depth > 0 && isWhole(picks[depth - 1]!, x.shape[depth - 1]!)) depth--
  const block = elementCount(shape.slice(depth))
  const walk = (axis: number, source: number, target: number): void => {
    if (axis === depth) {
      copyElements(x, source, out, target, block)
      return
    }
    picks[axis]!.forEach((index, i) => {
      if (index >= 0) walk(axis + 1, source + index * strides[axis]!, target + i * outStrides[axis]!)
    })
  }
  walk(0, 0, 0)
  return out
}

/** `x` with one axis replaced by a selection along it. */
export function pickAlongAxis(x: WideTensor, axis: number, pick: Pick): WideTensor {
  return pickAlongAxes(
    x,
    x.shape.map((size, i) => (i === axis ? pick : wholeAxis(size))),
  )
}

function isWhole(pick: Pick, size: number): boolean {
  return pick.length === size && pick.every((index, i) => index === i)
}
