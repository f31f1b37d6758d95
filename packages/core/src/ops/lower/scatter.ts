/** Kernel calls of the operators that write into a copy of a tensor. */
import { elementCount, stridesOf } from '../../base/shape.ts'
import type { LowerContext, Refusal, TensorRef } from '../../kernel/lower.ts'
import { canCombine } from '../../kernel/move/combine.ts'
import { elementBytes } from '../../kernel/move/element.ts'
import { indexTypeOf } from '../../kernel/move/indices.ts'
import { scatterElements } from '../../kernel/move/scatter-elements.ts'
import { scatterTuples } from '../../kernel/move/scatter-tuples.ts'
import { writeCache } from '../../kernel/move/write-cache.ts'
import type { ScatterReduction } from '../shared/scatter.ts'
import { emitWhole, unmovable } from './move.ts'

type Inputs = Readonly<Record<'data' | 'indices' | 'updates', TensorRef>>

/** Single elements along an axis, by ScatterElements' rule. */
export function emitScatterElements(
  { data, indices, updates }: Inputs,
  to: TensorRef,
  { axis, how }: { readonly axis: number; readonly how: ScatterReduction },
  context: LowerContext,
): Refusal {
  const [bytes, indexType] = [elementBytes(data.dtype), indexTypeOf(indices.dtype)]
  if (!bytes || (how !== 'none' && !canCombine(data.dtype))) return unmovable(data)
  if (!indexType) return `indices of type ${indices.dtype}`
  emitWhole(data, to, context)
  scatterElements(context, {
    to: to.at,
    shape: data.shape,
    dtype: data.dtype,
    elementBytes: bytes,
    indices: indices.at,
    indexType,
    updates: updates.at,
    indexShape: indices.shape,
    axis,
    how,
  })
  return undefined
}

/** Blocks at tuples of int64 indices, by ScatterND's rule. */
export function emitScatterNd(
  { data, indices, updates }: Inputs,
  to: TensorRef,
  how: ScatterReduction,
  context: LowerContext,
): Refusal {
  const bytes = elementBytes(data.dtype)
  if (!bytes || (how !== 'none' && !canCombine(data.dtype))) return unmovable(data)
  if (indices.dtype !== 'int64') return `indices of type ${indices.dtype}`
  emitWhole(data, to, context)
  const width = indices.shape.at(-1)!
  const strides = stridesOf(data.shape).map((stride) => bytes * stride)
  scatterTuples(context, {
    to: to.at,
    dtype: data.dtype,
    elementBytes: bytes,
    indices: indices.at,
    updates: updates.at,
    tuples: elementCount(indices.shape.slice(0, -1)),
    blockBytes: bytes * elementCount(data.shape.slice(width)),
    sizes: data.shape.slice(0, width),
    strides: strides.slice(0, width),
    how,
  })
  return undefined
}

interface CacheInputs {
  readonly cache: TensorRef
  readonly update: TensorRef
  readonly starts: TensorRef | undefined
}

/** A cache with an update written from a position on, by TensorScatter's rule. */
export function emitCacheWrite(
  { cache, update, starts }: CacheInputs,
  to: TensorRef,
  { axis, isCircular }: { readonly axis: number; readonly isCircular: boolean },
  context: LowerContext,
): Refusal {
  const bytes = elementBytes(cache.dtype)
  if (!bytes) return unmovable(cache)
  emitWhole(cache, to, context)
  const { shape } = cache
  writeCache(context, {
    to: to.at,
    updates: update.at,
    starts: starts?.at,
    rows: elementCount(shape.slice(0, axis)),
    rowsPerStart: elementCount(shape.slice(1, axis)),
    most: shape[axis]!,
    length: update.shape[axis]!,
    blockBytes: bytes * elementCount(shape.slice(axis + 1)),
    isCircular,
  })
  return undefined
}
