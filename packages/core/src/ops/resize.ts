import type { Dim } from '../base/dim.ts'
import { elementCount, normalizeAxis, type Shape } from '../base/shape.ts'
import { type WideTensor, widen } from '../base/wide.ts'
import { type Attrs, attr } from './attr.ts'
import { defineOp } from './define.ts'
import { type TensorFact, tensorFact, valuesOf } from './fact.ts'
import { lowerResize } from './lower/resize.ts'
import { maybe, one } from './param.ts'
import { refuse, refuseValue } from './refuse.ts'
import { normalizeAxes } from './shared/axes.ts'
import { numbersIn } from './shared/elements.ts'
import {
  aspectPolicies,
  coordinateModes,
  fitSizes,
  type ResizeAxis,
  regionsOf,
  scaledDim,
} from './shared/resize/resize-axes.ts'
import { nearestModes, resizeTensor } from './shared/resize/resize-kernel.ts'
import { ieeeFloats, tensorsIr4 } from './types.ts'

const attrs = {
  mode: attr.oneOf(['nearest', 'linear', 'cubic'], 'nearest'),
  coordinate_transformation_mode: attr.oneOf(coordinateModes, 'half_pixel'),
  nearest_mode: attr.oneOf(nearestModes, 'round_prefer_floor'),
  cubic_coeff_a: attr.float(-0.75),
  exclude_outside: attr.int(0),
  extrapolation_value: attr.float(0),
  antialias: attr.int(0),
  axes: attr.optional.ints(),
  keep_aspect_ratio_policy: attr.oneOf(aspectPolicies, 'stretch'),
}
type ResizeAttrs = Attrs<typeof attrs>

/**
 * Resamples axes to other sizes: nearest element, linear or cubic interpolation, with optional antialiasing.
 */
export const resize = defineOp({
  name: 'Resize',
  since: [10, 11, 13, 18, 19],
  types: { T1: tensorsIr4, T2: ieeeFloats },
  inputs: { X: one('T1'), roi: maybe('T2'), scales: maybe('float32'), sizes: maybe('int64') },
  outputs: { Y: one('T1') },
  attrs,
  infer: ({ X, scales, sizes }, attrs, { freshDim }) => {
    if (attrs.mode !== 'nearest' && X.dtype === 'string') refuse('strings need the mode nearest', attrs.mode)
    return { Y: tensorFact(X.dtype, outputDims(X, scales, sizes, attrs, freshDim)) }
  },
  reference: ({ X, roi, scales, sizes }, attrs, { checkElements }) => {
    const axes = resizeAxes(X, roi, scales, sizes, attrs)
    checkElements(
      axes.reduce((count, { size, output }) => (count / Math.max(1, size)) * output, elementCount(X.shape)),
    )
    return { Y: resizeTensor(X, axes, kernelSpec(attrs)) }
  },
  gradient: 'rule',
  lower: {
    kind: 'kernel',
    emit({ X, roi, scales, sizes }, { Y }, attrs, context) {
      const given = [roi, scales, sizes]
      if (given.some((one) => one && elementCount(one.shape) > 0 && !one.constant)) return 'sizes of a run'
      const [region, factors, targets] = given.map((one) => one?.constant && widen(one.constant))
      return lowerResize(X, Y, resizeAxes(X, region, factors, targets, attrs), kernelSpec(attrs), context)
    },
  },
})

const kernelSpec = (attrs: ResizeAttrs) => ({
  ...attrs,
  antialias: attrs.antialias === 1,
  exclude_outside: attrs.exclude_outside === 1,
})

/** Before opset 13 an input that is not meant is an empty tensor. */
const isGiven = (fact: TensorFact | undefined): fact is TensorFact =>
  fact !== undefined && fact.shape?.[0] !== 0

function outputDims(
  X: TensorFact,
  scales: TensorFact | undefined,
  sizes: TensorFact | undefined,
  attrs: ResizeAttrs,
  freshDim: (hint: string) => Dim,
): Dim[] | undefined {
  if (isGiven(scales) === isGiven(sizes)) {
    // An input of unknown size may still turn out to be empty.
    const known = scales?.shape?.length === 0 || typeof (scales?.shape?.[0] ?? 0) === 'number'
    if (known) refuse('exactly one of scales and sizes must be given', isGiven(sizes) ? 'both' : 'none')
  }
  const given = isGiven(sizes) ? sizes : scales
  const length = given?.shape?.[0]
  const rank = X.shape?.length ?? (attrs.axes || typeof length !== 'number' ? undefined : length)
  if (rank === undefined) return undefined
  const axes = normalizeAxes(attrs.axes ?? Array.from({ length: rank }, (_, axis) => axis), rank)
  if (typeof length === 'number' && length !== axes.length) {
    refuse(`scales or sizes must have ${axes.length} elements`, length)
  }
  const input = X.shape ?? Array.from({ length: rank }, () => freshDim('size'))
  const targets = isGiven(sizes)
    ? targetDims(
        axes.map((axis) => input[axis]!),
        valuesOf(sizes),
        attrs,
      )
    : scaledDims(
        axes.map((axis) => input[axis]!),
        scales,
      )
  return input.map((size, axis) => {
    const at = axes.indexOf(axis)
    return at < 0 ? size : (targets?.[at] ?? freshDim('resized'))
  })
}

function targetDims(
  sizes: readonly Dim[],
  targets: readonly Dim[] | undefined,
  { keep_aspect_ratio_policy: policy }: ResizeAttrs,
): readonly Dim[] | undefined {
  if (policy === 'stretch' || !targets) return targets
  const known = (list: readonly Dim[]): list is readonly number[] =>
    list.every((size) => typeof size === 'number')
  return known(sizes) && known(targets) ? fitSizes(sizes, targets, policy).outputs : undefined
}

function scaledDims(sizes: readonly Dim[], scales: TensorFact | undefined): (Dim | undefined)[] | undefined {
  const values = scales?.constant && numbersIn(scales.constant)
  return values && sizes.map((size, i) => scaledDim(size, values[i]!))
}

function resizeAxes(
  X: { readonly shape: Shape },
  roi: WideTensor | undefined,
  scales: WideTensor | undefined,
  sizes: WideTensor | undefined,
  attrs: ResizeAttrs,
): ResizeAxis[] {
  const rank = X.shape.length
  const axes = (attrs.axes ?? X.shape.map((_, axis) => axis)).map((axis) => normalizeAxis(axis, rank))
  const inputs = axes.map((axis) => X.shape[axis]!)
  const cropping = attrs.coordinate_transformation_mode === 'tf_crop_and_resize'
  const regions = regionsOf(cropping && roi ? numbersIn(roi) : undefined, axes.length)
  const fitted = sizes && sizes.data.length > 0 ? fitTargets(inputs, numbersIn(sizes), attrs) : undefined
  const factors = fitted ? fitted.scales : [...numbersIn(scales!)]
  return axes.map((axis, i) => {
    const scale = factors[i]!
    const output = fitted?.outputs[i] ?? Number(scaledDim(inputs[i]!, scale))
    return { axis, size: inputs[i]!, output, scale, start: regions[i]![0], end: regions[i]![1] }
  })
}

function fitTargets(inputs: readonly number[], targets: Float64Array, attrs: ResizeAttrs) {
  if (targets.some((target) => target < 0)) refuseValue('sizes must not be negative', targets)
  return fitSizes(inputs, [...targets], attrs.keep_aspect_ratio_policy)
}
