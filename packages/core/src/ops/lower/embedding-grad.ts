/** Kernel calls of the gradient of a lookup. */
import { elementCount } from '../../base/shape.ts'
import type { LowerContext, Refusal, TensorRef } from '../../kernel/lower.ts'
import { elementBytes } from '../../kernel/move/element.ts'
import { indexTypeOf } from '../../kernel/move/indices.ts'
import { sumRows } from '../../kernel/move/sum-rows.ts'
import { elementTable, emitFill } from './fill.ts'
import { unmovable } from './move.ts'

/** Zeros, to which the rows of `gradient` are added in order. */
export function emitEmbeddingGrad(
  indices: TensorRef,
  gradient: TensorRef,
  to: TensorRef,
  context: LowerContext,
): Refusal {
  const { dtype } = gradient
  const [bytes, indexType] = [elementBytes(dtype), indexTypeOf(indices.dtype)]
  if (!bytes || (dtype !== 'float32' && dtype !== 'float64')) return unmovable(gradient)
  if (!indexType) return `indices of type ${indices.dtype}`
  emitFill(elementTable(context, dtype, 0), to, context)
  sumRows(context, {
    dtype,
    indices: indices.at,
    indexType,
    updates: gradient.at,
    to: to.at,
    count: elementCount(indices.shape),
    size: to.shape[0]!,
    rowBytes: bytes * elementCount(to.shape.slice(1)),
  })
  return undefined
}
