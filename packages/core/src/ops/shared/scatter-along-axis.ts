/** ScatterElements, and the operator that it took the place of. */
import { dimsEqual, dimText } from '../../base/dim.ts'
import { normalizeAxis } from '../../base/shape.ts'
import type { WideTensor } from '../../base/wide.ts'
import { type TensorFact, tensorFact } from '../fact.ts'
import { refuse } from '../refuse.ts'
import { checkAlongAxis, positionsAlongAxis } from './indices.ts'
import { type ScatterReduction, scatterBlocks } from './scatter.ts'

type Inputs<T> = Readonly<Record<'data' | 'indices' | 'updates', T>>

/** The fact of the result, after a check of the shapes. Throws SLP-O2. */
export function inferScatter({ data, indices, updates }: Inputs<TensorFact>, axis: number): TensorFact {
  const rank = data.shape?.length ?? indices.shape?.length
  if (rank !== undefined) checkAlongAxis(data, indices, normalizeAxis(axis, rank))
  const [a, b] = [indices.shape, updates.shape]
  const differ = a?.some((size, i) => {
    const other = b?.[i]
    return typeof size === 'number' && typeof other === 'number' && !dimsEqual(size, other)
  })
  if (a && b && (differ || a.length !== b.length))
    refuse('updates must have the shape of indices', b.map(dimText))
  return tensorFact(data.dtype, data.shape)
}

/** data with each update put, or combined, where its index along the axis points. Throws SLP-O4 for an index outside. */
export function scatterAlongAxis(
  { data, indices, updates }: Inputs<WideTensor>,
  axis: number,
  reduction: ScatterReduction,
): WideTensor {
  const positions = positionsAlongAxis(indices, data.shape, normalizeAxis(axis, data.shape.length))
  return scatterBlocks(data, positions, updates, 1, reduction)
}
