/** Kernel calls of the operators that pick elements by index. */
import { elementCount, stridesOf } from '../../base/shape.ts'
import type { LowerContext, Refusal, TensorRef } from '../../kernel/lower.ts'
import { elementBytes } from '../../kernel/move/element.ts'
import { gatherBlocks } from '../../kernel/move/gather.ts'
import { gatherElements } from '../../kernel/move/gather-elements.ts'
import { gatherTuples } from '../../kernel/move/gather-tuples.ts'
import { indexTypeOf } from '../../kernel/move/indices.ts'
import { unmovable } from './move.ts'
import { isByteSized, knownIntegers } from './parts.ts'

/** Where the slices begin that known indices choose, if they lie one behind the other; else undefined. */
export function gatherOffset(data: TensorRef, indices: TensorRef, axis: number): number | undefined {
  const list = knownIntegers(indices)
  const isOuter = data.shape.every((size, i) => i >= axis || size === 1)
  if (!list || list.length === 0 || !isOuter || !isByteSized(data)) return undefined
  const size = data.shape[axis]!
  const places = list.map((index) => (index < 0 ? index + size : index))
  const areNeighbours = places.every((place, i) => place >= 0 && place < size && place === places[0]! + i)
  return areNeighbours ? places[0]! * stridesOf(data.shape)[axis]! : undefined
}

/** Slices along an axis, by Gather's rule. */
export function emitGather(
  data: TensorRef,
  indices: TensorRef,
  to: TensorRef,
  axis: number,
  context: LowerContext,
): Refusal {
  const [bytes, indexType] = [elementBytes(data.dtype), indexTypeOf(indices.dtype)]
  if (!bytes) return unmovable(data)
  if (!indexType) return `indices of type ${indices.dtype}`
  gatherBlocks(context, {
    data: data.at,
    indices: indices.at,
    indexType,
    to: to.at,
    outer: elementCount(data.shape.slice(0, axis)),
    count: elementCount(indices.shape),
    size: data.shape[axis]!,
    blockBytes: bytes * elementCount(data.shape.slice(axis + 1)),
  })
  return undefined
}

/** Elements along an axis, by GatherElements' rule. */
export function emitGatherElements(
  data: TensorRef,
  indices: TensorRef,
  to: TensorRef,
  axis: number,
  context: LowerContext,
): Refusal {
  const [bytes, indexType] = [elementBytes(data.dtype), indexTypeOf(indices.dtype)]
  if (!bytes) return unmovable(data)
  if (!indexType) return `indices of type ${indices.dtype}`
  gatherElements(context, {
    data: data.at,
    shape: data.shape,
    elementBytes: bytes,
    indices: indices.at,
    indexType,
    indexShape: indices.shape,
    axis,
    to: to.at,
  })
  return undefined
}

/** Blocks at tuples of int64 indices, by GatherND's rule. */
export function emitGatherNd(
  data: TensorRef,
  indices: TensorRef,
  to: TensorRef,
  batchDims: number,
  context: LowerContext,
): Refusal {
  const bytes = elementBytes(data.dtype)
  if (!bytes) return unmovable(data)
  if (indices.dtype !== 'int64') return `indices of type ${indices.dtype}`
  const width = indices.shape.at(-1)!
  const strides = stridesOf(data.shape).map((stride) => bytes * stride)
  gatherTuples(context, {
    data: data.at,
    indices: indices.at,
    to: to.at,
    tuples: elementCount(indices.shape.slice(0, -1)),
    tuplesPerBatch: elementCount(indices.shape.slice(batchDims, -1)),
    batchBytes: bytes * elementCount(data.shape.slice(batchDims)),
    blockBytes: bytes * elementCount(data.shape.slice(batchDims + width)),
    sizes: data.shape.slice(batchDims, batchDims + width),
    strides: strides.slice(batchDims, batchDims + width),
  })
  return undefined
}
