/**
 * Pools over one or two axes: rows of vectors over padded strips, every tap at a fixed offset. Large windows are pooled
 * along the rows first, then down the columns of what that gave.
 */
import { elementCount } from '../../base/shape.ts'
import type { LowerContext, Refusal, TensorRef } from '../../kernel/lower.ts'
import { type PoolSpec, poolAxes } from '../shared/pool.ts'
import type { WindowAxis } from '../shared/window.ts'
import { planeAxes, planeEpilogue } from './plane-axes.ts'
import { isPoolInside, lowerPoolInside } from './pool-inside.ts'
import { poolKernel } from './pool-kernel.ts'
import type { Pooling } from './poolings.ts'
import { stripArgs } from './strip-loop.ts'
import { type Strips, stripsOf, tapOffsets } from './strips.ts'

/** Lowers a pool; `countsPadding` says whether padding counts as elements of a window. */
export function lowerPool(
  pooling: Pooling,
  X: TensorRef,
  Y: TensorRef,
  attrs: PoolSpec,
  context: LowerContext,
  countsPadding = false,
): Refusal {
  if (X.dtype !== 'float32') return `dtype ${X.dtype}`
  const axes = planeAxes(poolAxes(X.shape, attrs))
  if (!axes) return 'more than two spatial axes'
  const [height, width] = axes
  // A window may be as large as its padding, which costs a model nothing.
  if (height.kernel * width.kernel > 1 << 16) return 'a window of more than 65536 elements'
  const epilogue = planeEpilogue(context, Y.shape, axes)
  if (!epilogue) return 'an epilogue that does not lie along the output'
  if (elementCount(Y.shape) === 0) return undefined
  if (isPoolInside(axes)) {
    lowerPoolInside(pooling, X, Y, axes, epilogue, context)
    return undefined
  }
  const planes = X.shape[0]! * X.shape[1]!
  const strips = stripsOf(planes, axes, context.threads)
  const inTwo = height.kernel * width.kernel >= leastTapsInTwo && height.kernel > 1
  const middle = middleOf(axes, strips)
  context.call(
    poolKernel(pooling, width.stride, inTwo, epilogue),
    {
      x: X.at,
      y: Y.at,
      ...poolTables(pooling, axes, inTwo ? middle : undefined, strips, context, countsPadding),
      middleAt: strips.scratchBytes,
      middleBytes: middle.rowBytes,
      channels: X.shape[1]!,
      inputPlane: height.size * width.size,
      ...stripArgs(planes, axes, strips),
      ...epilogue.args,
    },
    strips.tasks,
    strips.scratchBytes + (inTwo ? middle.bytes : 0),
  )
  return undefined
}

/** From so many taps on the detour over the rows' results is shorter. */
const leastTapsInTwo = 16

/** The rows' results: bytes of a row, and of those of a strip. */
function middleOf([height, width]: readonly [WindowAxis, WindowAxis], { rows }: Strips) {
  const rowBytes = 16 * Math.ceil(width.output / 4)
  const count = (rows - 1) * height.stride + (height.kernel - 1) * height.dilation + 1
  return { rowBytes, bytes: count * rowBytes + 64 }
}

function poolTables(
  pooling: Pooling,
  axes: readonly [WindowAxis, WindowAxis],
  middle: ReturnType<typeof middleOf> | undefined,
  strips: Strips,
  context: LowerContext,
  countsPadding: boolean,
) {
  const [height, width] = axes
  const table = (list: Int32Array | Float32Array) => context.table(new Uint8Array(list.buffer))
  const counts = (axis: WindowAxis) =>
    pooling.isMean ? table(Float32Array.from(countsOf(axis, countsPadding))) : undefined
  const taps = middle ? tapOffsets([{ ...height, kernel: 1 }, width], strips) : tapOffsets(axes, strips)
  const down = Array.from({ length: height.kernel }, (_, k) => k * height.dilation * (middle?.rowBytes ?? 0))
  return {
    taps: table(taps),
    tapCount: taps.length,
    downTaps: middle && table(Int32Array.from(down)),
    downCount: height.kernel,
    rowCounts: counts(height),
    columnCounts: counts(width),
  }
}

/** How many positions of each window lie in the axis, or in it and its padding. */
export function countsOf(axis: WindowAxis, countsPadding: boolean): number[] {
  const { output, stride, kernel, dilation, padBegin, padEnd, size } = axis
  const [low, high] = countsPadding ? [-padBegin, size + padEnd] : [0, size]
  return Array.from({ length: output }, (_, i) => {
    const start = i * stride - padBegin
    const first = Math.max(0, Math.ceil((low - start) / dilation))
    const end = Math.min(kernel, Math.ceil((high - start) / dilation))
    return Math.max(0, end - first)
  })
}
