import { type Dim, mulDims } from '../base/dim.ts'
import { elementCount, stridesOf } from '../base/shape.ts'
import type { WideTensor } from '../base/wide.ts'
import { type Attrs, attr } from './attr.ts'
import { defineOp } from './define.ts'
import { type TensorFact, tensorFact } from './fact.ts'
import { notWritten } from './no-gradient.ts'
import { maybe, one } from './param.ts'
import { refuse } from './refuse.ts'
import { convDims, kernelDims } from './shared/convolution.ts'
import { floatsOf, floatZeros } from './shared/elements.ts'
import { requireShape } from './shared/require.ts'
import { tensorProduct } from './shared/resize/grid.ts'
import { linearFilter, type Stencil, stencilAround } from './shared/resize/resample.ts'
import { type WindowAxis, windowAxes } from './shared/window.ts'
import { floats } from './types.ts'

const attributes = {
  group: attr.int(1),
  offset_group: attr.int(1),
  kernel_shape: attr.optional.ints(),
  pads: attr.optional.ints(),
  strides: attr.optional.ints(),
  dilations: attr.optional.ints(),
}

/**
 * Conv whose taps are moved by `offset`, read by linear interpolation with zeros outside, and scaled by
 * `mask`.
 */
export const deformConv = defineOp({
  name: 'DeformConv',
  since: [19, 22],
  types: { T: floats },
  inputs: { X: one('T'), W: one('T'), offset: one('T'), B: maybe('T'), mask: maybe('T') },
  outputs: { Y: one('T') },
  attrs: attributes,
  infer: ({ X, W, offset, B, mask }, attrs, { freshDim }) => {
    const shape = convDims(X, W, B, attrs, freshDim)
    if (shape) checkOffsets(X, W, offset, mask, shape.slice(2), attrs)
    return { Y: tensorFact(X.dtype, shape) }
  },
  reference: ({ X, W, offset, B, mask }, attrs, { checkElements, checkCancelled }) => {
    const axes = windowAxes(X.shape.slice(2), W.shape.slice(2), attrs)
    const [batch, maps] = [X.shape[0]!, W.shape[0]!]
    const shape = [batch, maps, ...axes.map((axis) => axis.output)]
    checkElements(elementCount(shape))
    const { tensor, data } = floatZeros(X.dtype, shape)
    const points = elementCount(shape.slice(2))
    const weights = floatsOf(W)
    const perMap = elementCount(W.shape.slice(1))
    const bias = B && floatsOf(B)
    for (let n = 0; n < batch; n++) {
      checkCancelled()
      for (let point = 0; point < points; point++) {
        const samples = sampleAt(X, offset, mask, n, point, axes, attrs.offset_group)
        for (let m = 0; m < maps; m++) {
          const first = Math.floor(m / (maps / attrs.group)) * perMap
          let sum = bias ? bias[m]! : 0
          for (let i = 0; i < perMap; i++) sum += weights[m * perMap + i]! * samples[first + i]!
          data[(n * maps + m) * points + point] = sum
        }
      }
    }
    return { Y: tensor }
  },
  gradient: notWritten,
  lower: { kind: 'kernel' },
})

function checkOffsets(
  X: TensorFact,
  W: TensorFact,
  offset: TensorFact,
  mask: TensorFact | undefined,
  output: NonNullable<TensorFact['shape']>,
  attrs: Attrs<typeof attributes>,
): void {
  const { offset_group } = attrs
  if (offset_group < 1) refuse('offset_group must be at least 1', offset_group)
  const channels = X.shape?.[1]
  if (typeof channels === 'number' && channels % offset_group !== 0) {
    refuse(`the channels must divide by offset_group ${offset_group}`, channels)
  }
  const kernel = kernelDims(output.length, W, attrs)
  const taps = kernel.reduce<Dim | undefined>(
    (product, size) => (product === undefined || size === undefined ? undefined : mulDims(product, size)),
    offset_group,
  )
  const batch = X.shape?.[0]
  requireShape('offset', offset, [batch, taps && mulDims(taps, output.length), ...output])
  requireShape('mask', mask, [batch, taps, ...output])
}

/** What one output point reads: a value per channel and tap, in the order of W's inner axes. */
function sampleAt(
  X: WideTensor,
  offset: WideTensor,
  mask: WideTensor | undefined,
  image: number,
  point: number,
  axes: readonly WindowAxis[],
  offsetGroups: number,
): Float64Array {
  const channels = X.shape[1]!
  const [x, moves, scales] = [floatsOf(X), floatsOf(offset), mask && floatsOf(mask)]
  const sizes = axes.map((axis) => axis.size)
  const [plane, strides] = [elementCount(sizes), stridesOf(sizes)]
  const points = elementCount(axes.map((axis) => axis.output))
  const taps = elementCount(axes.map((axis) => axis.kernel))
  const samples = new Float64Array(channels * taps)
  for (let group = 0; group < offsetGroups; group++) {
    for (let tap = 0; tap < taps; tap++) {
      const at = (image * offsetGroups + group) * taps + tap
      const places = axes.map((_, axis) => moves[(at * axes.length + axis) * points + point]!)
      const stencil = stencilOf(point, tap, places, axes, strides)
      const scale = scales ? scales[at * points + point]! : 1
      const perGroup = channels / offsetGroups
      for (let c = group * perGroup; c < (group + 1) * perGroup; c++) {
        const start = (image * channels + c) * plane
        const value = stencil.indices.reduce(
          (sum, index, i) => sum + stencil.weights[i]! * x[start + index]!,
          0,
        )
        samples[c * taps + tap] = value * scale
      }
    }
  }
  return samples
}

/** Elements around a moved tap; those outside X are left out. */
function stencilOf(
  point: number,
  tap: number,
  moves: readonly number[],
  axes: readonly WindowAxis[],
  strides: readonly number[],
): Stencil {
  const outputStrides = stridesOf(axes.map((axis) => axis.output))
  const kernelStrides = stridesOf(axes.map((axis) => axis.kernel))
  const stencils = axes.map(({ size, stride, dilation, padBegin, output, kernel }, axis) => {
    const start = (Math.floor(point / outputStrides[axis]!) % output) * stride - padBegin
    const step = (Math.floor(tap / kernelStrides[axis]!) % kernel) * dilation
    const { indices, weights } = stencilAround(start + step + moves[axis]!, linearFilter)
    const inside = indices.map((index) => index >= 0 && index < size)
    return { indices: indices.filter((_, i) => inside[i]), weights: weights.filter((_, i) => inside[i]) }
  })
  return tensorProduct(stencils, strides)
}
