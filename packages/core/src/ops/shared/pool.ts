/** What the pooling operators share: attributes, output shape, and the walk over windows and channels. */
import type { Dim } from '../../base/dim.ts'
import { elementCount, type Shape } from '../../base/shape.ts'
import { type WideTensor, wide } from '../../base/wide.ts'
import { attr } from '../attr.ts'
import type { KernelContext } from '../define.ts'
import { type TensorFact, tensorFact } from '../fact.ts'
import { refuse } from '../refuse.ts'
import { floatsOf } from './elements.ts'
import { meetingTapsOf, type Tap } from './taps.ts'
import { type WindowAxis, type WindowSpec, windowAttrs, windowAxes, windowDims } from './window.ts'

export const poolAttrs = { ...windowAttrs, ceil_mode: attr.int(0), kernel_shape: attr.required.ints() }

export interface PoolSpec extends WindowSpec {
  readonly kernel_shape: readonly number[]
}

/** [batch, channels, …spatial] of a pool over X. */
export function poolFact(X: TensorFact, attrs: PoolSpec, freshDim: (hint: string) => Dim): TensorFact {
  const rank = attrs.kernel_shape.length
  if (X.shape && X.shape.length !== rank + 2) {
    refuse(`X must have rank ${rank + 2} (batch, channels and an axis per kernel_shape)`, X.shape.length)
  }
  const sizes = X.shape?.slice(2) ?? Array.from({ length: rank }, () => freshDim('size'))
  const lead = X.shape?.slice(0, 2) ?? [freshDim('batch'), freshDim('channels')]
  return tensorFact(X.dtype, [...lead, ...windowDims(sizes, attrs.kernel_shape, attrs, freshDim)])
}

export interface Pool {
  readonly axes: readonly WindowAxis[]
  readonly taps: readonly Tap[]
  readonly shape: Shape
  /** Batch times channels. */
  readonly planes: number
  /** Elements of one plane of X and of Y. */
  readonly inputPlane: number
  readonly outputPlane: number
}

/** The windows of a pool over X of a concrete shape. */
export function poolAxes(shape: Shape, attrs: PoolSpec): WindowAxis[] {
  return windowAxes(shape.slice(2), attrs.kernel_shape, attrs)
}

/** The geometry of a pool over X at its actual shape. */
export function poolOf(X: WideTensor, attrs: PoolSpec, { checkElements }: KernelContext): Pool {
  const axes = poolAxes(X.shape, attrs)
  const sizes = axes.map((axis) => axis.output)
  const shape = [...X.shape.slice(0, 2), ...sizes]
  checkElements(elementCount(shape))
  return {
    axes,
    taps: meetingTapsOf(axes),
    shape,
    planes: X.shape[0]! * X.shape[1]!,
    inputPlane: elementCount(X.shape.slice(2)),
    outputPlane: elementCount(sizes),
  }
}

/**
 * Calls `visit` with the linear indices of each output element and each input element of its window. The inputs of
 * one output come in row-major order; padding is left out.
 */
export function visitWindows(pool: Pool, visit: (output: number, input: number) => void): void {
  for (let p = 0; p < pool.planes; p++) {
    const [outputStart, inputStart] = [p * pool.outputPlane, p * pool.inputPlane]
    for (const { runs, stride } of pool.taps) {
      for (let r = 0; r < runs.length; r += 3) {
        const [output, input, length] = [outputStart + runs[r]!, inputStart + runs[r + 1]!, runs[r + 2]!]
        for (let i = 0; i < length; i++) visit(output + i, input + i * stride)
      }
    }
  }
}

/** [batch, channels, 1, …] of a global pool. */
export function globalPoolFact(X: TensorFact): TensorFact {
  if (X.shape && X.shape.length < 2) refuse('X must have a batch and a channel axis', X.shape.length)
  return tensorFact(
    X.dtype,
    X.shape?.map((size, axis) => (axis < 2 ? size : 1)),
  )
}

/** One number for all elements of each channel. */
export function poolGlobally(X: WideTensor, fold: (elements: Float64Array) => number): WideTensor {
  const data = floatsOf(X)
  const plane = elementCount(X.shape.slice(2))
  const y = Float64Array.from({ length: X.shape[0]! * X.shape[1]! }, (_, p) =>
    fold(data.subarray(p * plane, (p + 1) * plane)),
  )
  return wide(
    X.dtype,
    X.shape.map((size, axis) => (axis < 2 ? size : 1)),
    y,
  )
}
