/** Indices from data: checked, and as row-major positions in the tensor that they point into. */
import { type Dim, dimText } from '../../base/dim.ts'
import { elementCount, forEachIndex, type Shape, stridesOf } from '../../base/shape.ts'
import type { WideTensor } from '../../base/wide.ts'
import type { TensorFact } from '../fact.ts'
import { refuse, refuseValue } from '../refuse.ts'

/** An index in [-size, size) as one in [0, size). Throws SLP-O4. */
export function normalizeIndex(index: number, size: number): number {
  if (!(index >= -size && index < size)) refuseValue(`indices must lie in [${-size}, ${size - 1}]`, index)
  return index < 0 ? index + size : index
}

/**
 * One position per element of `indices`: its own index, with that along `axis` replaced by its value. Throws SLP-O4
 * for a value outside.
 */
export function positionsAlongAxis(indices: WideTensor, shape: Shape, axis: number): Float64Array {
  const strides = stridesOf(shape)
  const positions = new Float64Array(indices.data.length)
  forEachIndex(indices.shape, (index, linear) => {
    let position = normalizeIndex(Number(indices.data[linear]), shape[axis]!) * strides[axis]!
    for (let i = 0; i < index.length; i++) if (i !== axis) position += index[i]! * strides[i]!
    positions[linear] = position
  })
  return positions
}

/** Refuses indices whose rank is another than that of data, or that are larger off the axis. */
export function checkAlongAxis(data: TensorFact, indices: TensorFact, axis: number): void {
  if (!data.shape || !indices.shape) return
  if (data.shape.length !== indices.shape.length || data.shape.length === 0) {
    refuse(
      'data and indices must have the same rank, 1 or more',
      `${data.shape.length} and ${indices.shape.length}`,
    )
  }
  const larger = (size: Dim, i: number) => {
    const most = data.shape![i]!
    return i !== axis && typeof size === 'number' && typeof most === 'number' && size > most
  }
  if (indices.shape.some(larger)) {
    refuse(`indices must not be larger than data, except on axis ${axis}`, indices.shape.map(dimText))
  }
}

/**
 * One position per tuple, the last axis of `indices`, that leads to a slice of the tensor; the first `batchDims`
 * axes of both go together. Throws SLP-O4 for an index outside.
 */
export function positionsOfTuples(indices: WideTensor, shape: Shape, batchDims = 0): Float64Array {
  const width = indices.shape.at(-1)!
  const strides = stridesOf(shape)
  const tuplesPerBatch = elementCount(indices.shape.slice(batchDims, -1))
  const elementsPerBatch = elementCount(shape.slice(batchDims))
  const positions = new Float64Array(elementCount(indices.shape.slice(0, -1)))
  for (let tuple = 0; tuple < positions.length; tuple++) {
    let position = Math.floor(tuple / tuplesPerBatch) * elementsPerBatch
    for (let i = 0; i < width; i++) {
      const axis = batchDims + i
      position += normalizeIndex(Number(indices.data[tuple * width + i]), shape[axis]!) * strides[axis]!
    }
    positions[tuple] = position
  }
  return positions
}
