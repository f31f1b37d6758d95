import { elementCount } from '../base/shape.ts'
import { attr } from './attr.ts'
import { defineOp, none } from './define.ts'
import { tensorFact } from './fact.ts'
import { one } from './param.ts'
import { refuse, refuseValue } from './refuse.ts'
import { floatsOf, floatZeros } from './shared/elements.ts'
import { requireShape } from './shared/require.ts'
import { floats } from './types.ts'

/**
 * The largest element of each bin of each region [image, x1, y1, x2, y2], corners included; 0 for an empty
 * bin.
 */
export const maxRoiPool = defineOp({
  name: 'MaxRoiPool',
  since: [1, 22],
  types: { T: floats },
  inputs: { X: one('T'), rois: one('T') },
  outputs: { Y: one('T') },
  attrs: { pooled_shape: attr.required.ints(), spatial_scale: attr.float(1) },
  infer: ({ X, rois }, { pooled_shape }, { freshDim }) => {
    requireShape('X', X, [undefined, undefined, undefined, undefined])
    requireShape('rois', rois, [undefined, 5])
    if (pooled_shape.length !== 2 || pooled_shape.some((size) => size < 1)) {
      refuse('pooled_shape must be a height and a width of at least 1', pooled_shape)
    }
    const count = rois.shape?.[0] ?? freshDim('rois')
    return { Y: tensorFact(X.dtype, [count, X.shape?.[1] ?? freshDim('channels'), ...pooled_shape]) }
  },
  reference: ({ X, rois }, { pooled_shape, spatial_scale }, { checkElements }) => {
    const [images, channels, height, width] = X.shape as readonly [number, number, number, number] // infer checked the rank
    const [rows, columns] = pooled_shape as readonly [number, number] // as above
    const shape = [rois.shape[0]!, channels, rows, columns]
    checkElements(elementCount(shape))
    const { tensor, data } = floatZeros(X.dtype, shape)
    const x = floatsOf(X)
    for (let roi = 0; roi < shape[0]!; roi++) {
      const [image, ...corners] = floatsOf(rois).subarray(roi * 5, roi * 5 + 5)
      if (!(image! >= 0 && image! < images)) refuseValue(`rois must name an image below ${images}`, image)
      const [x1, y1, x2, y2] = corners.map((corner) => roundAway(Math.fround(corner * spatial_scale)))
      const [ys, xs] = [binsOf(y1!, y2!, rows, height), binsOf(x1!, x2!, columns, width)]
      for (let c = 0; c < channels; c++) {
        const start = (Math.trunc(image!) * channels + c) * height * width
        const plane = x.subarray(start, start + height * width)
        const target = (roi * channels + c) * rows * columns
        for (let bin = 0; bin < rows * columns; bin++) {
          data[target + bin] = largest(plane, width, ys[Math.floor(bin / columns)]!, xs[bin % columns]!)
        }
      }
    }
    return { Y: tensor }
  },
  gradient: none('its regions are rounded to whole elements'),
  lower: { kind: 'kernel' },
})

/** To the nearest integer, halves away from zero; corners are float32 products, so that 5 * 0.7 is a half. */
const roundAway = (x: number): number => Math.sign(x) * Math.round(Math.abs(x))

type Range = readonly [first: number, end: number]

/** The elements of each bin along one axis; neighbouring bins may share some. */
function binsOf(start: number, end: number, bins: number, size: number): Range[] {
  const step = Math.max(1, end - start + 1) / bins
  const clamp = (at: number) => Math.min(size, Math.max(0, at + start))
  return Array.from({ length: bins }, (_, i) => [
    clamp(Math.floor(i * step)),
    clamp(Math.ceil((i + 1) * step)),
  ])
}

function largest(plane: Float64Array, width: number, [top, bottom]: Range, [left, right]: Range): number {
  if (top >= bottom || left >= right) return 0
  let best = Number.NEGATIVE_INFINITY
  for (let y = top; y < bottom; y++) {
    for (let at = left; at < right; at++) best = Math.max(best, plane[y * width + at]!)
  }
  return best
}
