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
  const positions = axes.map((axis) =>
    Array.from({ length: axis.output }, (_, x) =>
      originalPosition(x, spec.coordinate_transformation_mode, axis),
    ),
  )
  const y =
    spec.mode === 'nearest' ? nearest(X, shape, axes, positions, spec) : filtered(X, axes, positions, spec)
  if (spec.coordinate_transformation_mode === 'tf_crop_and_resize') {
    extrapolate(y, axes, positions, spec.extrapolation_value)
  }
  return y
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
    return positions[at]!.map((x) => {
      const index = roundPosition(x, nearest_mode)
      return Math.min(axes[at]!.size - 1, Math.max(0, index))
    })
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
  const filter = spec.mode === 'cubic' ? cubicFilter(spec.cubic_coeff_a) : linearFilter
  // Real and imaginary parts are an axis of their own that is never resized.
  const shape = [...X.shape, lanesOf(X.dtype)]
  let data = numbersIn(X)
  axes.forEach(({ axis, size, output, scale, start, end }, i) => {
    if (output === size && scale === 1 && start === 0 && end === 1) return
    const stretch = spec.antialias ? Math.max(1, 1 / scale) : 1
    const stencils = positions[i]!.map((x) =>
      keepInside(stencilAround(x, filter, stretch), size, spec.exclude_outside),
    )
    data = resampleAxis(data, shape, axis, stencils)
    shape[axis] = output
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
