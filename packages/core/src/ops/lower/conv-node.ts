/** A convolution as its lowerings see it. */
import type { Shape } from '../../base/shape.ts'
import type { BoundEpilogue, LowerContext, TensorRef } from '../../kernel/lower.ts'
import { type WindowAxis, type WindowSpec, windowAxes } from '../shared/window.ts'

export interface ConvNode {
  readonly X: TensorRef
  readonly W: TensorRef
  readonly B: TensorRef | undefined
  readonly Y: TensorRef
  readonly axes: readonly WindowAxis[]
  readonly group: number
}

/** The node of Conv's arguments. */
export function convNode(
  { X, W, B }: { readonly X: TensorRef; readonly W: TensorRef; readonly B: TensorRef | undefined },
  { Y }: { readonly Y: TensorRef },
  attrs: WindowSpec & { readonly group: number },
): ConvNode {
  return { X, W, B, Y, group: attrs.group, axes: windowAxes(X.shape.slice(2), W.shape.slice(2), attrs) }
}

/** The window of an axis that is not there. */
const noAxis: WindowAxis = { size: 1, kernel: 1, stride: 1, dilation: 1, padBegin: 0, padEnd: 0, output: 1 }

/** Height and width of a window over one or two axes; undefined for more. */
export function planeAxes(axes: readonly WindowAxis[]): readonly [WindowAxis, WindowAxis] | undefined {
  if (axes.length === 1) return [noAxis, axes[0]!]
  return axes.length === 2 ? [axes[0]!, axes[1]!] : undefined
}

/**
 * The epilogue over [batch, channels, height, width]; `nothing` where there is none, undefined where it does not lie
 * along these axes.
 */
export function planeEpilogue(
  { epilogue }: LowerContext,
  [batch, channels]: Shape,
  [rows, columns]: readonly [WindowAxis, WindowAxis],
): BoundEpilogue | undefined {
  if (!epilogue) return nothing
  return epilogue.bind([batch!, channels!, rows.output, columns.output])
}

const nothing: BoundEpilogue = {
  key: '',
  params: {},
  args: {},
  vector: (_, value) => value,
  scalar: (_, value) => value,
}
