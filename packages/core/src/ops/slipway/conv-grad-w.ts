import { wide } from '../../base/wide.ts'
import type { GraphBuilder } from '../../ir/builder.ts'
import { type Attrs, attr } from '../attr.ts'
import { defineOp } from '../define.ts'
import { type TensorFact, tensorFact } from '../fact.ts'
import { lowerWeightGradient } from '../lower/conv-grad-w.ts'
import { one } from '../param.ts'
import { refuse } from '../refuse.ts'
import { correlate } from '../shared/convolution.ts'
import { floatsOf } from '../shared/elements.ts'
import { requireRank, requireSize } from '../shared/require.ts'
import { fullWindowSpec, type WindowAxis, windowAttrs, windowAxes, windowDims } from '../shared/window.ts'
import { floats } from '../types.ts'

const attrs = { ...windowAttrs, group: attr.int(1), kernel_shape: attr.required.ints() }
type ConvGradWAttrs = Attrs<typeof attrs>

/**
 * The gradient of a Conv of X [batch, channels, …] by its weights [maps, channels / group, …kernel_shape], given that of
 * its result, dY [batch, maps, …]. Windows at the end that dY has no element for count for nothing.
 */
export const convGradW = defineOp({
  name: 'ConvGradW',
  domain: 'ai.slipway',
  since: [1],
  types: { T: floats },
  inputs: { X: one('T'), dY: one('T') },
  outputs: { dW: one('T') },
  attrs,
  infer: ({ X, dY }, attributes) => ({ dW: tensorFact(X.dtype, weightDims(X, dY, attributes)) }),
  reference: ({ X, dY }, attributes, { checkCancelled }) => {
    const { group, kernel_shape } = attributes
    const axes = gradientAxes(X.shape, dY.shape, attributes)
    const shape = [dY.shape[1]!, X.shape[1]! / group, ...kernel_shape]
    const dw = correlate({
      x: floatsOf(X),
      xShape: X.shape,
      dy: floatsOf(dY),
      maps: dY.shape[1]!,
      group,
      axes,
      checkCancelled,
    })
    return { dW: wide(X.dtype, shape, dw) }
  },
  gradient: 'rule',
  lower: {
    kind: 'decompose',
    build: (b, { X, dY }, attributes, { inputs }) => {
      const dW = build(b, X, dY, attributes, inputs)
      return dW === undefined ? undefined : { dW }
    },
    emit: ({ X, dY }, { dW }, attributes, context) => {
      const axes = gradientAxes(X.shape, dY.shape, attributes)
      return lowerWeightGradient({ X, dY, dW, group: attributes.group, axes }, context)
    },
  },
})

function weightDims(X: TensorFact, dY: TensorFact, { group, kernel_shape, ...spec }: ConvGradWAttrs) {
  const rank = kernel_shape.length
  requireRank('X', X, rank + 2)
  requireRank('dY', dY, rank + 2)
  if (group < 1) refuse('group must be at least 1', group)
  if (!X.shape || !dY.shape) return undefined
  requireSize('the batch of dY', dY.shape[0], X.shape[0])
  for (const [name, size] of [
    ['channels of X', X.shape[1]],
    ['maps of dY', dY.shape[1]],
  ] as const)
    if (typeof size === 'number' && size % group !== 0)
      refuse(`the ${name} must divide by group ${group}`, size)
  const outputs = windowDims(X.shape.slice(2), kernel_shape, spec, () =>
    refuse('kernel_shape must be known', kernel_shape),
  )
  outputs.forEach((most, i) => {
    const size = dY.shape![i + 2]!
    if (typeof most === 'number' && typeof size === 'number' && size > most)
      refuse(`dY must have at most ${most} elements along axis ${i + 2}`, size)
  })
  const channels = X.shape[1]!
  return [dY.shape[1]!, typeof channels === 'number' ? channels / group : channels, ...kernel_shape]
}

/** The windows that belong to the elements of dY. */
function gradientAxes(
  x: readonly number[],
  dy: readonly number[],
  { kernel_shape, ...spec }: ConvGradWAttrs,
): WindowAxis[] {
  return windowAxes(x.slice(2), kernel_shape, spec).map((axis, i) => ({ ...axis, output: dy[i + 2]! }))
}

/**
 * A convolution of X with dY, channels in place of images, where strides and dilations change places. Groups become
 * groups of the channels that images make.
 */
function build(
  b: GraphBuilder,
  X: string,
  dY: string,
  { group, kernel_shape, ...spec }: ConvGradWAttrs,
  facts: { readonly X: TensorFact; readonly dY: TensorFact },
): string | undefined {
  const rank = kernel_shape.length
  const spatial = kernel_shape.map((_, i) => i)
  const isSame = spec.auto_pad === 'SAME_UPPER' || spec.auto_pad === 'SAME_LOWER'
  const sizes = facts.X.shape?.filter((size) => typeof size === 'number')
  const isKnown = sizes?.length === rank + 2
  if ((isSame || group > 1) && !isKnown) return undefined
  const full = fullWindowSpec(rank, spec)
  const [padBegin, padEnd] = isSame
    ? sidesOf(windowAxes(sizes!.slice(2), kernel_shape, spec))
    : [full.padBegin, full.padEnd]
  const ints = (list: readonly number[]) => b.literal('int64', list)
  const turn = (x: string) => b.node('Transpose', [x], { perm: [1, 0, ...spatial.map((i) => i + 2)] })
  const image = () => {
    if (group === 1) return turn(X)
    const [images = 0, channels = 0, ...rest] = sizes ?? []
    const apart = b.node('Reshape', [X, ints([images, group, channels / group, ...rest])])
    const turned = b.node('Transpose', [apart], { perm: [2, 1, 0, ...spatial.map((i) => i + 3)] })
    return b.node('Reshape', [turned, ints([channels / group, group * images, ...rest])])
  }
  const whole = b.node('Conv', [image(), turn(dY)], {
    group,
    strides: full.dilations,
    dilations: full.strides,
    pads: [...padBegin, ...padEnd],
  })
  const axes = ints(spatial.map((i) => i + 2))
  const cut = b.node('Slice', [whole, ints(spatial.map(() => 0)), ints(kernel_shape), axes])
  return turn(cut)
}

const sidesOf = (axes: readonly WindowAxis[]) => [
  axes.map(({ padBegin }) => padBegin),
  axes.map(({ padEnd }) => padEnd),
]
