/** What the convolutions share: checks and output shape, and the two plain loops over taps. */
import { type Dim, mulDims } from '../../base/dim.ts'
import { elementCount, type Shape } from '../../base/shape.ts'
import type { TensorFact } from '../fact.ts'
import { refuse } from '../refuse.ts'
import { requireRank, requireSize } from './require.ts'
import { tapsOf } from './taps.ts'
import { type WindowAxis, type WindowSpec, windowDims } from './window.ts'

export interface ConvSpec extends WindowSpec {
  readonly group: number
  readonly kernel_shape?: readonly number[] | undefined
}

/** Number of spatial axes of a convolution, or undefined where nothing tells. */
export function spatialRank(X: TensorFact, W: TensorFact): number | undefined {
  const rank = X.shape?.length ?? W.shape?.length
  if (rank === undefined) return undefined
  if (rank < 3) refuse('X must have rank 3 or more (batch, channels, spatial axes)', rank)
  requireRank('W', W, rank)
  return rank - 2
}

/** Kernel sizes from `kernel_shape` and W, which must agree. */
export function kernelDims(rank: number, W: TensorFact, { kernel_shape }: ConvSpec): (Dim | undefined)[] {
  const own = W.shape?.slice(2)
  if (kernel_shape && kernel_shape.length !== rank) {
    refuse(`kernel_shape must have ${rank} entries`, kernel_shape)
  }
  kernel_shape?.forEach((size, i) => {
    requireSize(`kernel_shape[${i}]`, size, own?.[i])
  })
  return Array.from({ length: rank }, (_, i) => kernel_shape?.[i] ?? own?.[i])
}

/** [batch, maps, …spatial] of a convolution of X [batch, channels, …] with W [maps, channels / group, …]. */
export function convDims(
  X: TensorFact,
  W: TensorFact,
  B: TensorFact | undefined,
  attrs: ConvSpec,
  freshDim: (hint: string) => Dim,
): Dim[] | undefined {
  const rank = spatialRank(X, W)
  if (rank === undefined) return undefined
  const { group } = attrs
  if (group < 1) refuse('group must be at least 1', group)
  const [maps, perGroup] = [W.shape?.[0], W.shape?.[1]]
  if (perGroup !== undefined) requireSize('channels of X', X.shape?.[1], mulDims(perGroup, group))
  if (typeof maps === 'number' && maps % group !== 0)
    refuse(`the maps of W must divide by group ${group}`, maps)
  checkBias(B, maps)
  const kernel = kernelDims(rank, W, attrs)
  const sizes = X.shape?.slice(2) ?? Array.from({ length: rank }, () => freshDim('size'))
  const spatial = windowDims(sizes, kernel, attrs, freshDim)
  return [X.shape?.[0] ?? freshDim('batch'), maps ?? freshDim('maps'), ...spatial]
}

/** Throws SLP-O2 unless the bias is [maps]. */
export function checkBias(B: TensorFact | undefined, maps: Dim | undefined): void {
  requireRank('B', B, 1)
  requireSize('the size of B', B?.shape?.[0], maps)
}

/** Maps of ConvTranspose: W is [channels, maps / group, …]. */
export function transposedMaps(W: TensorFact, group: number): Dim | undefined {
  return W.shape && mulDims(W.shape[1]!, group)
}

export interface ConvArgs {
  readonly x: Float64Array
  readonly xShape: Shape
  readonly w: Float64Array
  readonly wShape: Shape
  readonly bias?: Float64Array | undefined
  readonly group: number
  readonly axes: readonly WindowAxis[]
  /** Called once per output map. */
  readonly checkCancelled: () => void
}

/** y[n, m] = bias[m] + Σ over channels c and taps t of w[m, c, t] * x[n, c] where the tap meets it. */
export function convolve({
  x,
  xShape,
  w,
  wShape,
  bias,
  group,
  axes,
  checkCancelled,
}: ConvArgs): Float64Array {
  const [batch, channels] = [xShape[0]!, xShape[1]!]
  const [maps, depth] = [wShape[0]!, wShape[1]!]
  const inner = elementCount(axes.map((axis) => axis.size))
  const plane = elementCount(axes.map((axis) => axis.output))
  const taps = tapsOf(axes)
  const y = new Float64Array(batch * maps * plane)
  for (let n = 0; n < batch; n++) {
    for (let m = 0; m < maps; m++) {
      checkCancelled()
      const target = y.subarray((n * maps + m) * plane, (n * maps + m + 1) * plane)
      if (bias) target.fill(bias[m]!)
      const firstChannel = Math.floor(m / (maps / group)) * depth
      for (let c = 0; c < depth; c++) {
        const start = (n * channels + firstChannel + c) * inner
        const source = x.subarray(start, start + inner)
        const weights = (m * depth + c) * taps.length
        for (const { kernel, runs, stride } of taps) {
          addRuns(target, source, w[weights + kernel]!, runs, stride)
        }
      }
    }
  }
  return y
}

function addRuns(y: Float64Array, x: Float64Array, weight: number, runs: Int32Array, stride: number): void {
  for (let r = 0; r < runs.length; r += 3) {
    const [first, length] = [runs[r]!, runs[r + 2]!]
    let source = runs[r + 1]!
    for (let i = first; i < first + length; i++, source += stride) y[i] = y[i]! + weight * x[source]!
  }
}

/**
 * The adjoint of `convolve` in x: `axes` describe the window over the *output* of this function, whose sizes are
 * `axes[i].size`, and each input element spreads over the taps that would have read it.
 */
export function convolveTransposed(args: ConvArgs): Float64Array {
  const { x, xShape, w, wShape, bias, group, axes, checkCancelled } = args
  const [batch, channels] = [xShape[0]!, xShape[1]!]
  const depth = wShape[1]!
  const maps = depth * group
  const inner = elementCount(axes.map((axis) => axis.output))
  const plane = elementCount(axes.map((axis) => axis.size))
  const taps = tapsOf(axes)
  const y = new Float64Array(batch * maps * plane)
  for (let n = 0; n < batch; n++) {
    for (let m = 0; m < maps; m++) {
      checkCancelled()
      const target = y.subarray((n * maps + m) * plane, (n * maps + m + 1) * plane)
      if (bias) target.fill(bias[m]!)
      const groupSize = channels / group
      const firstChannel = Math.floor(m / depth) * groupSize
      for (let c = firstChannel; c < firstChannel + groupSize; c++) {
        const source = x.subarray((n * channels + c) * inner, (n * channels + c + 1) * inner)
        const weights = (c * depth + (m % depth)) * taps.length
        for (const { kernel, runs, stride } of taps) {
          spreadRuns(target, source, w[weights + kernel]!, runs, stride)
        }
      }
    }
  }
  return y
}

function spreadRuns(
  y: Float64Array,
  x: Float64Array,
  weight: number,
  runs: Int32Array,
  stride: number,
): void {
  for (let r = 0; r < runs.length; r += 3) {
    const [first, length] = [runs[r]!, runs[r + 2]!]
    let target = runs[r + 1]!
    for (let i = first; i < first + length; i++, target += stride) y[target] = y[target]! + weight * x[i]!
  }
}

export interface CorrelateArgs {
  readonly x: Float64Array
  readonly xShape: Shape
  readonly dy: Float64Array
  readonly maps: number
  readonly group: number
  readonly axes: readonly WindowAxis[]
  /** Called once per output map. */
  readonly checkCancelled: () => void
}

/** The adjoint of `convolve` in w: w[m, c, t] = Σ over images n and outputs of dy[n, m] * x[n, c] where the tap meets it. */
export function correlate({ x, xShape, dy, maps, group, axes, checkCancelled }: CorrelateArgs): Float64Array {
  const [batch, channels] = [xShape[0]!, xShape[1]!]
  const depth = channels / group
  const inner = elementCount(axes.map((axis) => axis.size))
  const plane = elementCount(axes.map((axis) => axis.output))
  const taps = tapsOf(axes)
  const w = new Float64Array(maps * depth * taps.length)
  for (let m = 0; m < maps; m++) {
    checkCancelled()
    const firstChannel = Math.floor(m / (maps / group)) * depth
    for (let n = 0; n < batch; n++) {
      const gradient = dy.subarray((n * maps + m) * plane, (n * maps + m + 1) * plane)
      for (let c = 0; c < depth; c++) {
        const start = (n * channels + firstChannel + c) * inner
        const source = x.subarray(start, start + inner)
        const weights = (m * depth + c) * taps.length
        for (const { kernel, runs, stride } of taps)
          w[weights + kernel] = w[weights + kernel]! + productOfRuns(gradient, source, runs, stride)
      }
    }
  }
  return w
}

function productOfRuns(y: Float64Array, x: Float64Array, runs: Int32Array, stride: number): number {
  let sum = 0
  for (let r = 0; r < runs.length; r += 3) {
    const [first, length] = [runs[r]!, runs[r + 2]!]
    let source = runs[r + 1]!
    for (let i = first; i < first + length; i++, source += stride) sum += y[i]! * x[source]!
  }
  return sum
}
