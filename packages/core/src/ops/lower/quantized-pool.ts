/** Pools of bytes. */
import { elementCount } from '../../base/shape.ts'
import type { Place } from '../../kernel/kernel.ts'
import type { LowerContext, Refusal, TensorRef } from '../../kernel/lower.ts'
import { lowerByteWindows, type WindowWork } from '../../kernel/quantized/byte-windows.ts'
import { type ByteType, isByte } from '../../kernel/quantized/bytes.ts'
import { lowerPaddedPlanes } from '../../kernel/quantized/padded-image.ts'
import { windowMaximum, windowMean } from '../../kernel/quantized/window-works.ts'
import { type PoolSpec, poolAxes } from '../shared/pool.ts'
import type { WindowAxis } from '../shared/window.ts'
import { planeAxes } from './plane-axes.ts'
import { countsOf } from './pool.ts'

interface BytePool {
  readonly X: TensorRef
  readonly Y: TensorRef
  readonly attrs: PoolSpec
}

/** Lowers MaxPool of bytes. */
export function lowerByteMaximum(pool: BytePool, context: LowerContext): Refusal {
  const { dtype } = pool.X
  if (!isByte(dtype)) return `dtype ${dtype}`
  const border = { at: undefined, fallback: dtype === 'int8' ? -128 : 0 }
  return lowerWindows(pool, border, context, (axes) => ({
    work: windowMaximum(dtype, axes[1].stride),
    args: {},
  }))
}

export interface MeanParameters {
  readonly xScale: TensorRef
  readonly xZero: TensorRef | undefined
  readonly yScale: TensorRef
  readonly yZero: TensorRef | undefined
}

/** Lowers the mean of quantized elements; `countsPadding` says whether padding counts as elements of a window. */
export function lowerQuantizedMean(
  pool: BytePool,
  { xScale, xZero, yScale, yZero }: MeanParameters,
  countsPadding: boolean,
  context: LowerContext,
): Refusal {
  const { dtype } = pool.X
  if (!isByte(dtype)) return `dtype ${dtype}`
  const table = (axis: WindowAxis) =>
    context.table(new Uint8Array(Float32Array.from(countsOf(axis, countsPadding)).buffer))
  return lowerWindows(pool, { at: xZero?.at, fallback: 0 }, context, ([height, width]) => ({
    work: windowMean(dtype as ByteType, width.stride), // asked above
    args: {
      xScale: xScale.at,
      xZero: xZero?.at,
      yScale: yScale.at,
      yZero: yZero?.at,
      rowCounts: table(height),
      columnCounts: table(width),
    },
  }))
}

interface Work {
  readonly work: WindowWork
  readonly args: Readonly<Record<string, number | Place | undefined>>
}

function lowerWindows(
  { X, Y, attrs }: BytePool,
  border: { readonly at: Place | undefined; readonly fallback: number },
  context: LowerContext,
  workOf: (axes: readonly [WindowAxis, WindowAxis]) => Work,
): Refusal {
  const axes = planeAxes(poolAxes(X.shape, attrs))
  if (!axes) return 'more than two spatial axes'
  // A window may be as large as its padding, which costs a model nothing.
  if (axes[0].kernel * axes[1].kernel > 1 << 16) return 'a window of more than 65536 elements'
  if (elementCount(Y.shape) === 0) return undefined
  const count = X.shape[0]! * X.shape[1]!
  const planes = lowerPaddedPlanes(context, X.at, count, axes, border)
  lowerByteWindows(context, { ...workOf(axes), y: Y.at, axes, planes, count, multiplier: 1 })
  return undefined
}
