/** Kernel calls of the operators that look along one axis. */
import { normalizeAxis } from '../../base/shape.ts'
import { findExtremes } from '../../kernel/lines/arg-extreme.ts'
import type { Extreme } from '../../kernel/lines/arg-order.ts'
import { accumulateLines, isTotalType, type RunningTotal } from '../../kernel/lines/cumulate.ts'
import { lineSizes } from '../../kernel/lines/lines.ts'
import { numberTypeOf } from '../../kernel/lines/number.ts'
import { isHeapType, selectTop } from '../../kernel/lines/top-k.ts'
import type { LowerContext, Refusal, TensorRef } from '../../kernel/lower.ts'
import { elementBytes } from '../../kernel/move/element.ts'
import { putHot } from '../../kernel/move/one-hot.ts'
import { elementTable, emitFill } from './fill.ts'
import { knownIntegers } from './parts.ts'

/** A scalar is one line of one element. */
function linesOf({ shape }: TensorRef, axis: number) {
  return lineSizes(shape.length === 0 ? [1] : shape, normalizeAxis(axis, shape.length))
}

/** Positions of extremes along an axis. */
export function emitArgExtreme(
  data: TensorRef,
  to: TensorRef,
  { axis, ...extreme }: Extreme & { readonly axis: number },
  context: LowerContext,
): Refusal {
  if (!numberTypeOf(data.dtype)) return `numbers of type ${data.dtype}`
  findExtremes(context, { from: data.at, to: to.at, dtype: data.dtype, ...linesOf(data, axis), ...extreme })
  return undefined
}

/** 1 at the first largest element along the axis, 0 elsewhere. */
export function emitHardmax(data: TensorRef, to: TensorRef, axis: number, context: LowerContext): Refusal {
  const bytes = elementBytes(data.dtype)
  if (!bytes || !numberTypeOf(data.dtype)) return `numbers of type ${data.dtype}`
  const lines = linesOf(data, axis)
  const count = lines.outer * lines.inner
  if (count * lines.size === 0) return undefined
  const positions = context.temp('positions', 8 * count)
  findExtremes(context, {
    from: data.at,
    to: positions,
    dtype: data.dtype,
    ...lines,
    side: 'max',
    isLast: false,
  })
  emitFill(elementTable(context, data.dtype, 0), to, context)
  putHot(context, {
    to: to.at,
    value: elementTable(context, data.dtype, 1),
    elementBytes: bytes,
    indices: positions,
    indexType: 'int64',
    count,
    depth: lines.size,
    inner: lines.inner,
  })
  return undefined
}

/** Running totals along an axis that is known. */
export function emitCumulative(
  x: TensorRef,
  axis: TensorRef,
  to: TensorRef,
  total: RunningTotal,
  context: LowerContext,
): Refusal {
  const [at] = knownIntegers(axis) ?? []
  if (at === undefined) return 'an axis that a run computes'
  const { dtype } = x
  if (!isTotalType(dtype)) return `numbers of type ${dtype}`
  accumulateLines(context, { from: x.at, to: to.at, dtype, ...linesOf(x, at), ...total })
  return undefined
}

/** The first elements in order along an axis, and where they stand. */
export function emitTopK(
  x: TensorRef,
  { values, indices }: { readonly values: TensorRef; readonly indices: TensorRef },
  { axis, isLargest }: { readonly axis: number; readonly isLargest: boolean },
  context: LowerContext,
): Refusal {
  if (!isHeapType(x.dtype)) return `numbers of type ${x.dtype}`
  const at = normalizeAxis(axis, x.shape.length)
  selectTop(context, {
    from: x.at,
    dtype: x.dtype,
    ...lineSizes(x.shape, at),
    k: values.shape[at]!,
    isLargest,
    values: values.at,
    indices: indices.at,
  })
  return undefined
}
