import { elementCount, stridesOf } from '../../base/shape.ts'
import { type WideTensor, widen, wideZeros } from '../../base/wide.ts'
import type { SparseTensor } from '../../ir/sparse.ts'
import { refuse } from '../refuse.ts'
import { copyElement } from './movement.ts'

/** A sparse tensor with its zeros written out. Throws SLP-O2 for coordinates outside the shape. */
export function denseOf(sparse: SparseTensor): WideTensor {
  const { shape } = sparse
  const values = widen(sparse.values)
  const coordinates = Array.from(sparse.indices.data, Number)
  const width = sparse.indices.shape.length === 2 ? sparse.indices.shape[1]! : undefined
  const strides = stridesOf(shape)
  const out = wideZeros(values.dtype, shape)
  const count = elementCount(values.shape)
  if (coordinates.length !== count * (width ?? 1) || (width !== undefined && width !== shape.length)) {
    refuse(`a sparse tensor of shape [${shape}] must have one coordinate per value`, sparse.indices.shape)
  }
  for (let i = 0; i < count; i++) {
    const index = width === undefined ? undefined : coordinates.slice(i * width, (i + 1) * width)
    const inside = index?.every((at, axis) => at >= 0 && at < shape[axis]!) ?? true
    const linear = index?.reduce((sum, at, axis) => sum + at * strides[axis]!, 0) ?? coordinates[i]!
    if (!inside || linear < 0 || linear >= elementCount(shape)) {
      refuse(`sparse coordinates must lie in the shape [${shape}]`, index ?? linear)
    }
    copyElement(values, i, out, linear)
  }
  return out
}
