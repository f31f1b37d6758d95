/** Means of planes and softmax of lines of quantized tensors. */
import { elementCount, normalizeAxis } from '../../base/shape.ts'
import { lowerElementwise } from '../../kernel/elementwise.ts'
import { apply1, constant, convert, input } from '../../kernel/formula.ts'
import type { LowerContext, Refusal, TensorRef } from '../../kernel/lower.ts'
import { isByte } from '../../kernel/quantized/bytes.ts'
import { mostElements, planeMean } from '../../kernel/quantized/plane-mean.ts'
import { softmaxLines } from '../../kernel/quantized/softmax-lines.ts'
import { mul } from './formulas.ts'
import type { MeanParameters } from './quantized-pool.ts'

/** Bytes of a task, some tens of microseconds. */
const taskBytes = 1 << 17

/** Lowers the means of the planes behind the first two axes. */
export function lowerPlaneMeans(
  X: TensorRef,
  Y: TensorRef,
  { xScale, xZero, yScale, yZero }: MeanParameters,
  context: LowerContext,
): Refusal {
  if (!isByte(X.dtype)) return `dtype ${X.dtype}`
  const elements = elementCount(X.shape.slice(2))
  const planes = elementCount(Y.shape)
  if (elements > mostElements) return 'sums beyond 32 bits'
  if (planes === 0) return undefined
  const perTask = Math.max(1, Math.floor(taskBytes / Math.max(1, elements)))
  context.call(
    planeMean(X.dtype),
    {
      x: X.at,
      y: Y.at,
      xScale: xScale.at,
      xZero: xZero?.at,
      yScale: yScale.at,
      yZero: yZero?.at,
      elements,
      planes,
      perTask,
    },
    Math.ceil(planes / perTask),
  )
  return undefined
}

export interface ByteSoftmax {
  readonly X: TensorRef
  readonly Y: TensorRef
  readonly xScale: TensorRef
  readonly yScale: TensorRef
  readonly yZero: TensorRef
  /** Along this axis; `isRest`: along it and all behind it, as one. */
  readonly axis: number
  readonly isRest: boolean
}

/** Lowers softmax in integers: exponentials count as whole numbers, at most 2³² - 1 in a line. */
export function lowerByteSoftmax(node: ByteSoftmax, context: LowerContext): Refusal {
  const { X, Y, xScale, yScale, yZero, isRest } = node
  if (!isByte(X.dtype)) return `dtype ${X.dtype}`
  const axis = normalizeAxis(node.axis, X.shape.length)
  const count = elementCount(isRest ? X.shape.slice(axis) : X.shape.slice(axis, axis + 1))
  const inner = isRest ? 1 : elementCount(X.shape.slice(axis + 1))
  const total = elementCount(X.shape)
  if (total === 0) return undefined
  const distances = context.table(
    new Uint8Array(Float64Array.from({ length: 256 }, (_, below) => -below).buffer),
  )
  const table = context.temp('exponentials', 256 * 8)
  const unit = Math.min((2 ** 32 - 1) / count, 0x7fffff)
  const exponential = apply1('exp', mul(input(0, 'float64'), convert(input(1, 'float32'), 'float64')))
  const counted = convert(apply1('nearest', mul(exponential, constant(unit, 'float64'))), 'int64')
  const all = { shape: [256], isConstant: true }
  const refs = [
    { ...all, dtype: 'float64' as const, at: distances },
    { ...xScale, shape: [] },
  ]
  const refusal = lowerElementwise(context, counted, refs, { ...all, dtype: 'int64', at: table })
  if (refusal !== undefined) return refusal
  const lines = total / count
  const perTask = Math.max(1, Math.floor(16384 / count))
  context.call(
    softmaxLines(X.dtype),
    { x: X.at, y: Y.at, table, yScale: yScale.at, yZero: yZero.at, count, inner, lines, perTask },
    Math.ceil(lines / perTask),
  )
  return undefined
}
