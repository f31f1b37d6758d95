import { addDims, type Dim, mulDims, subDims } from '../base/dim.ts'
import type { Shape } from '../base/shape.ts'
import { wide } from '../base/wide.ts'
import { type Attrs, attr } from './attr.ts'
import { defineOp } from './define.ts'
import { type TensorFact, tensorFact } from './fact.ts'
import { lowerConvTranspose } from './lower/conv-transpose.ts'
import { maybe, one } from './param.ts'
import { refuse } from './refuse.ts'
import {
  checkBias,
  convolveTransposed,
  kernelDims,
  spatialRank,
  transposedMaps,
} from './shared/convolution.ts'
import { floatsOf } from './shared/elements.ts'
import { requireSize } from './shared/require.ts'
import { checkList, fullWindowSpec, splitPadding, type WindowAxis, windowAttrs } from './shared/window.ts'
import { floats } from './types.ts'

const attrs = {
  ...windowAttrs,
  group: attr.int(1),
  kernel_shape: attr.optional.ints(),
  output_padding: attr.optional.ints(),
  output_shape: attr.optional.ints(),
}
type ConvTransposeAttrs = Attrs<typeof attrs>

/** The adjoint of Conv: each element of X spreads over the output through W [channels, maps / group, …]. */
export const convTranspose = defineOp({
  name: 'ConvTranspose',
  since: [1, 11, 22],
  types: { T: floats },
  inputs: { X: one('T'), W: one('T'), B: maybe('T') },
  outputs: { Y: one('T') },
  attrs,
  infer: ({ X, W, B }, attrs, { freshDim }) => ({
    Y: tensorFact(X.dtype, outputDims(X, W, B, attrs, freshDim)),
  }),
  reference: ({ X, W, B }, attrs, { checkElements, checkCancelled }) => {
    const axes = outputAxes(X.shape.slice(2), W.shape.slice(2), attrs)
    const shape = [X.shape[0]!, W.shape[1]! * attrs.group, ...axes.map((axis) => axis.size)]
    checkElements(shape.reduce((product, size) => product * size, 1))
    const y = convolveTransposed({
      x: floatsOf(X),
      xShape: X.shape,
      w: floatsOf(W),
      wShape: W.shape,
      bias: B && floatsOf(B),
      group: attrs.group,
      axes,
      checkCancelled,
    })
    return { Y: wide(X.dtype, shape, y) }
  },
  gradient: 'rule',
  lower: {
    kind: 'kernel',
    epilogue: true,
    emit: ({ X, W, B }, { Y }, attrs, context) => {
      const axes = outputAxes(X.shape.slice(2), W.shape.slice(2), attrs)
      return lowerConvTranspose({ X, W, B, Y, group: attrs.group, axes }, context)
    },
  },
})

function outputDims(
  X: TensorFact,
  W: TensorFact,
  B: TensorFact | undefined,
  attrs: ConvTransposeAttrs,
  freshDim: (hint: string) => Dim,
): Dim[] | undefined {
  const rank = spatialRank(X, W)
  if (rank === undefined) return undefined
  const { group } = attrs
  if (group < 1) refuse('group must be at least 1', group)
  requireSize('channels of W', W.shape?.[0], X.shape?.[1])
  const channels = W.shape?.[0]
  if (typeof channels === 'number' && channels % group !== 0) {
    refuse(`the channels must divide by group ${group}`, channels)
  }
  const maps = transposedMaps(W, group)
  checkBias(B, maps)
  const kernel = kernelDims(rank, W, attrs)
  const sizes = X.shape?.slice(2) ?? Array.from({ length: rank }, () => freshDim('size'))
  const spatial = sizes.map((size, i) => spatialDim(size, kernel[i], i, rank, attrs, freshDim))
  return [X.shape?.[0] ?? freshDim('batch'), maps ?? freshDim('maps'), ...spatial]
}

function spatialDim(
  size: Dim,
  kernel: Dim | undefined,
  axis: number,
  rank: number,
  attrs: ConvTransposeAttrs,
  freshDim: (hint: string) => Dim,
): Dim {
  const { output_shape } = attrs
  const { strides, padBegin, padEnd } = fullWindowSpec(rank, attrs)
  if (output_shape) {
    checkList('output_shape', output_shape, rank, 1)
    return output_shape[axis]!
  }
  const same = attrs.auto_pad === 'SAME_UPPER' || attrs.auto_pad === 'SAME_LOWER'
  if (typeof kernel !== 'number') return freshDim('spatial')
  const full = unpaddedSize(size, kernel, axis, rank, attrs)
  // Both SAME modes pad size * stride out of it; where the kernel does not reach that far, nothing is padded.
  if (same)
    return Number(unpaddedSize(1, kernel, axis, rank, attrs)) < strides[axis]!
      ? full
      : mulDims(size, strides[axis]!)
  const cut = subDims(full, padBegin[axis]! + padEnd[axis]!)
  if (typeof cut === 'number' && cut < 1) refuse('pads must leave at least one element', attrs.pads)
  return cut
}

/** stride * (size - 1) + effective kernel + output_padding: the size before padding is cut off. */
function unpaddedSize(size: Dim, kernel: number, axis: number, rank: number, attrs: ConvTransposeAttrs): Dim {
  const { strides, dilations } = fullWindowSpec(rank, attrs)
  const extra = attrs.output_padding ?? new Array<number>(rank).fill(0)
  checkList('output_padding', extra, rank, 0)
  const [stride, dilation] = [strides[axis]!, dilations[axis]!]
  if (extra[axis]! >= Math.max(stride, dilation)) {
    refuse('output_padding must be less than the stride or the dilation', extra)
  }
  return addDims(mulDims(subDims(size, 1), stride), (kernel - 1) * dilation + 1 + extra[axis]!)
}

/** The window over the output whose forward pass would give sizes `inputs`. */
export function outputAxes(inputs: Shape, kernel: Shape, attrs: ConvTransposeAttrs): WindowAxis[] {
  const rank = inputs.length
  const { strides, dilations, padBegin, padEnd } = fullWindowSpec(rank, attrs)
  return inputs.map((output, i) => {
    const size = Number(spatialDim(output, kernel[i], i, rank, attrs, () => 0))
    const derived = attrs.output_shape !== undefined || attrs.auto_pad.startsWith('SAME')
    const total = Number(unpaddedSize(output, kernel[i]!, i, rank, attrs)) - size
    const [begin, end] = derived
      ? splitPadding(Math.max(0, total), attrs.auto_pad === 'SAME_UPPER')
      : [padBegin[i]!, padEnd[i]!]
    const fixed = { kernel: kernel[i]!, stride: strides[i]!, dilation: dilations[i]! }
    return { ...fixed, size, output, padBegin: begin, padEnd: end }
  })
}
