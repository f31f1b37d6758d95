/** The reference of Resize, once its geometry is known; Upsample shares it. */
import { elementCount, type Shape, stridesOf } from '../../../base/shape.ts'
import { lanesOf, type WideTensor } from '../../../base/wide.ts'
import { refuseValue } from '../../refuse.ts'
import { numbersIn } from '../elements.ts'
import { selectElements } from '../movement.ts'
import {
  cubicFilter,
  interpolated,
  keepInside,
  linearFilter,
  resampleAxis,
  type Stencil,
  stencilAround,
} from './resample.ts'
import { type CoordinateMode, originalPosition, type ResizeAxis } from './resize-axes.ts'

export const nearestModes = ['round_prefer_floor', 'round_prefer_ceil', 'floor', 'ceil'] as const
export type NearestMode = (typeof nearestModes)[number]

export interface ResizeKernelSpec {
  readonly mode: 'nearest' | 'linear' | 'cubic'
  readonly nearest_mode: NearestMode
  readonly coordinate_transformation_mode: CoordinateMode
  readonly cubic_coeff_a: number
  readonly antialias: boolean
  readonly exclude_outside: boolean
  readonly extrapolation_value: number
}

/** X with each listed axis resampled; the other axes stay. */
export function resizeTensor(X: WideTensor, axes: readonly ResizeAxis[], spec: ResizeKernelSpec): WideTensor {
  const shape = X.shape.map((size, axis) => axes.find((one) => one.axis === axis)?.output ?? size)
  if (elementCount(shape) > 0 && elementCount(X.shape) === 0) {
    refuseValue('an empty tensor cannot be resized to a larger one', X.shape)
  }
  const positions = positionsOf(axes, spec)
  const y =
    spec.mode === 'nearest' ? nearest(X, shape, axes, positions, spec) : filtered(X, axes, positions, spec)
  if (spec.coordinate_transformation_mode === 'tf_crop_and_resize') {
    extrapolate(y, axes, positions, spec.extrapolation_value)
  }
  return y
}

/** Where each output position of each axis lies in the input. */
export function positionsOf(
  axes: readonly ResizeAxis[],
  { coordinate_transformation_mode: mode }: ResizeKernelSpec,
): number[][] {
  return axes.map((axis) => Array.from({ length: axis.output }, (_, x) => originalPosition(x, mode, axis)))
}

/** The elements of an axis that are nearest to positions. */
export function nearestSources(positions: readonly number[], size: number, mode: NearestMode): number[] {
  return positions.map((x) => Math.min(size - 1, Math.max(0, roundPosition(x, mode))))
}

/** What makes each output position of an axis; undefined where the axis stays as it is. */
export function stencilsOf(
  { size, output, scale, start, end }: ResizeAxis,
  positions: readonly number[],
  spec: ResizeKernelSpec,
): Stencil[] | undefined {
  if (output === size && scale === 1 && start === 0 && end === 1) return undefined
  const filter = spec.mode === 'cubic' ? cubicFilter(spec.cubic_coeff_a) : linearFilter
  const stretch = spec.antialias ? Math.max(1, 1 / scale) : 1
  return positions.map((x) => keepInside(stencilAround(x, filter, stretch), size, spec.exclude_outside))
}

function nearest(
  X: WideTensor,
  shape: Shape,
  axes: readonly ResizeAxis[],
  positions: readonly (readonly number[])[],
  { nearest_mode }: ResizeKernelSpec,
): WideTensor {
  const sources = shape.map((size, axis) => {
    const at = axes.findIndex((one) => one.axis === axis)
    if (at < 0) return Array.from({ length: size }, (_, i) => i)
    return nearestSources(positions[at]!, axes[at]!.size, nearest_mode)
  })
  const [strides, outputStrides] = [stridesOf(X.shape), stridesOf(shape)]
  return selectElements(X, shape, (linear) =>
    sources.reduce(
      (sum, list, axis) =>
        sum + list[Math.floor(linear / outputStrides[axis]!) % shape[axis]!]! * strides[axis]!,
      0,
    ),
  )
}

function roundPosition(x: number, mode: NearestMode): number {
  switch (mode) {
    case 'round_prefer_floor':
      return Math.ceil(x - 0.5)
    case 'round_prefer_ceil':
      return Math.floor(x + 0.5)
    case 'floor':
      return Math.floor(x)
    case 'ceil':
      return Math.ceil(x)
    default:
      return mode satisfies never
  }
}

/** Separable interpolation, one axis after the other. */
function filtered(
  X: WideTensor,
  axes: readonly ResizeAxis[],
  positions: readonly (readonly number[])[],
  spec: ResizeKernelSpec,
): WideTensor {
  // Real and imaginary parts are an axis of their own that is never resized.
  const shape = [...X.shape, lanesOf(X.dtype)]
  let data = numbersIn(X)
  axes.forEach((axis, i) => {
    const stencils = stencilsOf(axis, positions[i]!, spec)
    if (!stencils) return
    data = resampleAxis(data, shape, axis.axis, stencils)
    shape[axis.axis] = axis.output
  })
  return interpolated(X.dtype, shape.slice(0, -1), data)
}

/** Writes `value` wherever one of the positions lies outside the input. */
function extrapolate(
  y: WideTensor,
  axes: readonly ResizeAxis[],
  positions: readonly (readonly number[])[],
  value: number,
): void {
  const strides = stridesOf(y.shape)
  const lanes = lanesOf(y.dtype)
  const { data } = y
  for (let i = 0; i < data.length; i++) {
    const outside = axes.some(({ axis, size, output }, k) => {
      const x = positions[k]![Math.floor(i / lanes / strides[axis]!) % output]!
      return x < 0 || x > size - 1
    })
    if (!outside) continue
    if (data instanceof Float64Array) data[i] = i % lanes === 0 ? value : 0
    else if (Array.isArray(data)) data[i] = ''
    else data[i] = BigInt(Math.trunc(value))
  }
}
