/** Resize: nearest neighbours are picked, other modes are weighted sums. */
import { elementCount } from '../../base/shape.ts'
import type { LowerContext, Refusal, TensorRef } from '../../kernel/lower.ts'
import type { ResizeAxis } from '../shared/resize/resize-axes.ts'
import {
  nearestSources,
  positionsOf,
  type ResizeKernelSpec,
  stencilsOf,
} from '../shared/resize/resize-kernel.ts'
import { lowerPicks, type Picks } from './pick-axes.ts'
import { lowerResampling } from './resample.ts'

/** Lowers Resize, given its axes at concrete sizes. */
export function lowerResize(
  X: TensorRef,
  Y: TensorRef,
  axes: readonly ResizeAxis[],
  spec: ResizeKernelSpec,
  context: LowerContext,
): Refusal {
  const isCropped = spec.coordinate_transformation_mode === 'tf_crop_and_resize'
  const positions = positionsOf(axes, spec)
  const isOutside = (x: number, size: number) => isCropped && (x < 0 || x > size - 1)
  if (spec.mode === 'nearest') {
    const picks = X.shape.map((size, axis): Picks => {
      const i = axes.findIndex((one) => one.axis === axis)
      if (i < 0) return Array.from({ length: size }, (_, at) => at)
      const sources = nearestSources(positions[i]!, size, spec.nearest_mode)
      return sources.map((from, at) => (isOutside(positions[i]![at]!, size) ? -1 : from))
    })
    const extrapolates = picks.some((list) => list.includes(-1))
    if (extrapolates && X.dtype !== 'float32') return `extrapolation of dtype ${X.dtype}`
    const value = Float32Array.of(spec.extrapolation_value)
    const fill = extrapolates ? context.table(new Uint8Array(value.buffer)) : undefined
    return lowerPicks(X, Y, picks, fill, context)
  }
  if (X.dtype !== 'float32') return `dtype ${X.dtype}`
  if (axes.some(({ size }, i) => positions[i]!.some((x) => isOutside(x, size)))) return 'extrapolation'
  if (elementCount(Y.shape) === 0) return undefined
  const resamplings = axes.flatMap((axis, i) => {
    const stencils = stencilsOf(axis, positions[i]!, spec)
    return stencils ? [{ axis: axis.axis, stencils }] : []
  })
  if (resamplings.length === 0) {
    const whole = X.shape.map((size): Picks => Array.from({ length: size }, (_, at) => at))
    return lowerPicks(X, Y, whole, undefined, context)
  }
  lowerResampling(X.at, Y.at, X.shape, resamplings, context)
  return undefined
}
