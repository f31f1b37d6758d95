import type { Dim } from '../base/dim.ts'
import { elementCount } from '../base/shape.ts'
import { wideZeros } from '../base/wide.ts'
import { attr } from './attr.ts'
import { defineOp } from './define.ts'
import { type TensorFact, tensorFact } from './fact.ts'
import { emitGatherNd } from './lower/gather.ts'
import { one } from './param.ts'
import { refuse } from './refuse.ts'
import { positionsOfTuples } from './shared/indices.ts'
import { copyElements } from './shared/movement.ts'
import { tensorsIr4 } from './types.ts'

/**
 * For each tuple along the last axis of indices, the slice of data that it leads to. The first batch_dims
 * axes of data and indices go together.
 */
export const gatherNd = defineOp({
  name: 'GatherND',
  since: [11, 12, 13],
  types: { T: tensorsIr4 },
  inputs: { data: one('T'), indices: one('int64') },
  outputs: { output: one('T') },
  attrs: { batch_dims: attr.int(0) },
  infer: ({ data, indices }, { batch_dims }) => ({
    output: tensorFact(data.dtype, inferShape(data, indices, batch_dims)),
  }),
  reference: ({ data, indices }, { batch_dims }, { checkElements }) => {
    const rest = data.shape.slice(batch_dims + indices.shape.at(-1)!)
    const shape = [...indices.shape.slice(0, -1), ...rest]
    checkElements(elementCount(shape))
    const output = wideZeros(data.dtype, shape)
    const block = elementCount(rest)
    positionsOfTuples(indices, data.shape, batch_dims).forEach((position, i) => {
      copyElements(data, position, output, i * block, block)
    })
    return { output }
  },
  gradient: 'rule',
  lower: {
    kind: 'kernel',
    emit: ({ data, indices }, { output }, { batch_dims }, context) =>
      emitGatherNd(data, indices, output, batch_dims, context),
  },
})

function inferShape(data: TensorFact, indices: TensorFact, batchDims: number): readonly Dim[] | undefined {
  if (indices.shape?.length === 0 || data.shape?.length === 0) {
    refuse('data and indices must have an axis', 'a scalar')
  }
  const width = indices.shape?.at(-1)
  if (!data.shape || !indices.shape || typeof width !== 'number') return undefined
  const [rank, most] = [data.shape.length, Math.min(data.shape.length, indices.shape.length)]
  if (batchDims < 0 || batchDims >= most) refuse(`batch_dims must lie in [0, ${most - 1}]`, batchDims)
  for (let axis = 0; axis < batchDims; axis++) {
    const [a, b] = [data.shape[axis], indices.shape[axis]]
    if (typeof a === 'number' && typeof b === 'number' && a !== b) {
      refuse(`indices must have size ${a} on the batch axis ${axis}`, b)
    }
  }
  if (width < 1 || width > rank - batchDims) {
    refuse(`the last axis of indices must have a size in [1, ${rank - batchDims}]`, width)
  }
  return [...indices.shape.slice(0, -1), ...data.shape.slice(batchDims + width)]
}
