/** Gradients by what windows slide over: the transposed convolution that gives it back its shape. */
import { type Dim, dimText } from '../base/dim.ts'
import { SlipwayError } from '../base/errors.ts'
import { fullWindowSpec, splitPadding, type WindowSpec, windowAxes } from '../ops/shared/window.ts'
import type { TypedBuilder } from '../ops/typed-builder.ts'

export interface Windows {
  /** What the windows slide over, [batch, channels, …]. */
  readonly over: string
  /** The gradient of what they gave, [batch, maps, …]. */
  readonly gradient: string
  /** [maps, channels / group, …]. */
  readonly weights: string
  readonly group: number
  readonly spec: WindowSpec
  readonly kernel: readonly number[]
}

/** The sum over windows of their weights times their gradients, in the shape of what they slide over. */
export function spreadOverWindows(b: TypedBuilder, windows: Windows): string {
  const { over, gradient, weights, group, spec, kernel } = windows
  const { strides, dilations } = fullWindowSpec(kernel.length, spec)
  const ends = kernel.map((_, i) => endOf(b, windows, i))
  const limits = strides.map((stride, i) => Math.max(stride, dilations[i]!) - 1)
  const spread = b.node('ConvTranspose', [gradient, weights], {
    group,
    strides,
    dilations,
    pads: [...ends.map(({ begin }) => begin), ...ends.map(({ cut }) => cut)],
    output_padding: ends.map(({ behind }, i) => Math.min(behind, limits[i]!)),
  })
  if (ends.some(({ isKnown }) => !isKnown)) return cutLike(b, spread, over)
  const lacking = ends.map(({ behind }, i) => Math.max(0, behind - limits[i]!))
  if (lacking.every((count) => count === 0)) return spread
  const nothing = [0, 0, ...lacking.map(() => 0)]
  return b.node('Pad', [spread, b.literal('int64', [...nothing, 0, 0, ...lacking])])
}

/** How the windows of an axis end: with elements that are cut off, or with some `behind` that no window meets. */
interface WindowEnd {
  readonly begin: number
  readonly cut: number
  readonly behind: number
  /** False where `behind` is the most that there may be. */
  readonly isKnown: boolean
}

function endOf(b: TypedBuilder, { over, gradient, spec, kernel }: Windows, axis: number): WindowEnd {
  const { strides, dilations, padBegin } = fullWindowSpec(kernel.length, spec)
  const [stride, taps] = [strides[axis]!, kernel[axis]!]
  const reach = (taps - 1) * dilations[axis]! + 1
  const [size, output] = [b.shape(over)[axis + 2]!, b.shape(gradient)[axis + 2]!]
  const isSame = spec.auto_pad === 'SAME_UPPER' || spec.auto_pad === 'SAME_LOWER'
  if (typeof size === 'number' && typeof output === 'number') {
    const one = { auto_pad: spec.auto_pad ?? 'NOTSET', strides: [stride], dilations: [dilations[axis]!] }
    const begin = isSame ? windowAxes([size], [taps], one)[0]!.padBegin : padBegin[axis]!
    const excess = (output - 1) * stride + reach - begin - size
    return { begin, cut: Math.max(0, excess), behind: Math.max(0, -excess), isKnown: true }
  }
  if (!isSame) return { begin: padBegin[axis]!, cut: 0, behind: stride - 1, isKnown: false }
  // Windows at every element take as much padding whatever the size.
  if (stride > 1) throw unknownSize(b, over, axis + 2, `strides and auto_pad ${spec.auto_pad}`)
  const [begin, cut] = splitPadding(reach - 1, spec.auto_pad === 'SAME_UPPER')
  return { begin, cut, behind: 0, isKnown: true }
}

/** What lies in the corner of a value that has the shape of another one. */
export function cutLike(b: TypedBuilder, x: string, like: string): string {
  const axes = b
    .shape(like)
    .map((_, axis) => axis)
    .slice(2)
  const ints = (list: readonly number[]) => b.literal('int64', list)
  const cut = b.node('Slice', [x, ints(axes.map(() => 0)), b.node('Shape', [like], { start: 2 }), ints(axes)])
  // Nobody can tell from the ends of a slice that it is as long as they say.
  return b.node('Reshape', [cut, b.node('Shape', [like])])
}

/** Sizes of a value along its axes from the third on, which must be known. */
export function knownSizes(b: TypedBuilder, x: string): number[] {
  return b
    .shape(x)
    .slice(2)
    .map((size, i) => (typeof size === 'number' ? size : knownSize(b, x, i + 2)))
}

/** @throws SLP-A1 where it is not known. */
export function knownSize(b: TypedBuilder, x: string, axis: number): number {
  const size: Dim | undefined = b.shape(x)[axis]
  if (typeof size === 'number') return size
  throw unknownSize(b, x, axis, 'windows')
}

/** SLP-A1: what a gradient must know. */
export function unknownSize(b: TypedBuilder, x: string, axis: number, what: string): SlipwayError {
  const size = dimText(b.shape(x)[axis]!)
  const rule = `with ${what} like these, the size of axis ${axis} of "${x}" must be known`
  return new SlipwayError('SLP-A1', `Cannot differentiate node: ${rule}, got ${size}`, {
    remedy: 'Give the graph inputs with known sizes.',
  })
}
