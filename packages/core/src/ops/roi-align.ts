import { elementCount } from '../base/shape.ts'
import { attr } from './attr.ts'
import { defineOp } from './define.ts'
import { tensorFact } from './fact.ts'
import { lowerRoiAlign } from './lower/roi-align.ts'
import { notWritten } from './no-gradient.ts'
import { one } from './param.ts'
import { refuse, refuseValue } from './refuse.ts'
import { floatsOf, floatZeros, integersOf } from './shared/elements.ts'
import { requireShape } from './shared/require.ts'
import type { Stencil } from './shared/resize/resample.ts'
import { floats } from './types.ts'

/**
 * Pools each region [x1, y1, x2, y2] of an image into a grid of bins, by bilinear samples within each bin.
 */
export const roiAlign = defineOp({
  name: 'RoiAlign',
  since: [10, 16, 22],
  types: { T1: floats, T2: ['int64'] },
  inputs: { X: one('T1'), rois: one('T1'), batch_indices: one('T2') },
  outputs: { Y: one('T1') },
  attrs: {
    coordinate_transformation_mode: attr.oneOf(['half_pixel', 'output_half_pixel'], 'half_pixel'),
    mode: attr.oneOf(['avg', 'max'], 'avg'),
    output_height: attr.int(1),
    output_width: attr.int(1),
    sampling_ratio: attr.int(0),
    spatial_scale: attr.float(1),
  },
  infer: ({ X, rois, batch_indices }, { output_height, output_width, sampling_ratio }, { freshDim }) => {
    requireShape('X', X, [undefined, undefined, undefined, undefined])
    requireShape('rois', rois, [undefined, 4])
    requireShape('batch_indices', batch_indices, [rois.shape?.[0]])
    if (output_height < 1 || output_width < 1) {
      refuse('output_height and output_width must be at least 1', [output_height, output_width])
    }
    if (sampling_ratio < 0) refuse('sampling_ratio must not be negative', sampling_ratio)
    const count = rois.shape?.[0] ?? batch_indices.shape?.[0] ?? freshDim('rois')
    const channels = X.shape?.[1] ?? freshDim('channels')
    return { Y: tensorFact(X.dtype, [count, channels, output_height, output_width]) }
  },
  reference: ({ X, rois, batch_indices }, attrs, { checkElements }) => {
    const [images, channels, height, width] = X.shape as readonly [number, number, number, number] // infer checked the rank
    const { output_height: rows, output_width: columns, mode } = attrs
    const shape = [rois.shape[0]!, channels, rows, columns]
    checkElements(elementCount(shape))
    const { tensor, data } = floatZeros(X.dtype, shape)
    const x = floatsOf(X)
    integersOf(batch_indices).forEach((image, roi) => {
      if (image < 0 || image >= images) refuseValue(`batch_indices must lie in [0, ${images - 1}]`, image)
      const region = floatsOf(rois).subarray(roi * 4, roi * 4 + 4)
      const [xs, ys] = [
        binsOf(region[0]!, region[2]!, columns, attrs),
        binsOf(region[1]!, region[3]!, rows, attrs),
      ]
      for (let bin = 0; bin < rows * columns; bin++) {
        const samples = ys[Math.floor(bin / columns)]!.flatMap((y) =>
          xs[bin % columns]!.map((at) => corners(y, at, height, width)),
        )
        for (let c = 0; c < channels; c++) {
          const start = (image * channels + c) * height * width
          data[(roi * channels + c) * rows * columns + bin] = poolSamples(
            x.subarray(start, start + height * width),
            samples,
            mode,
          )
        }
      }
    })
    return { Y: tensor }
  },
  gradient: notWritten,
  lower: {
    kind: 'kernel',
    emit: (inputs, { Y }, attrs, context) => lowerRoiAlign(inputs, Y, attrs, context),
  },
})

interface BinSpec {
  readonly coordinate_transformation_mode: 'half_pixel' | 'output_half_pixel'
  readonly sampling_ratio: number
  readonly spatial_scale: number
}

/** Sample positions of each bin along one axis of a region. */
function binsOf(start: number, end: number, bins: number, spec: BinSpec): number[][] {
  const aligned = spec.coordinate_transformation_mode === 'half_pixel'
  const first = start * spec.spatial_scale - (aligned ? 0.5 : 0)
  const extent = (end - start) * spec.spatial_scale
  // Without the pixel shift a region is at least one element long.
  const size = (aligned ? extent : Math.max(1, extent)) / bins
  const count = spec.sampling_ratio > 0 ? spec.sampling_ratio : Math.max(0, Math.ceil(size))
  return Array.from({ length: bins }, (_, bin) =>
    Array.from({ length: count }, (_, i) => first + (bin + (i + 0.5) / count) * size),
  )
}

/** The four elements around a position and their weights; none for one more than an element outside. */
function corners(y: number, x: number, height: number, width: number): Stencil {
  if (y < -1 || y > height || x < -1 || x > width) return { indices: [], weights: [] }
  const [top, bottom, down] = neighbours(y, height)
  const [left, right, across] = neighbours(x, width)
  return {
    indices: [top * width + left, top * width + right, bottom * width + left, bottom * width + right],
    weights: [(1 - down) * (1 - across), (1 - down) * across, down * (1 - across), down * across],
  }
}

function neighbours(position: number, size: number): [number, number, number] {
  const at = Math.min(size - 1, Math.max(0, position))
  const low = Math.floor(at)
  return [low, Math.min(size - 1, low + 1), at - low]
}

/** The mean of the samples; or the largest weighted corner of any of them, which is what the standard's max is. */
function poolSamples(x: Float64Array, samples: readonly Stencil[], mode: 'avg' | 'max'): number {
  const terms = samples.map(({ indices, weights }) => indices.map((index, i) => weights[i]! * x[index]!))
  if (mode === 'avg') {
    return terms.flat().reduce((sum, term) => sum + term, 0) / Math.max(1, samples.length)
  }
  const maxima = terms.map((list) => list.reduce((a, b) => Math.max(a, b), list.length === 0 ? 0 : -Infinity))
  return maxima.length === 0 ? 0 : maxima.reduce((a, b) => Math.max(a, b), -Infinity)
}
