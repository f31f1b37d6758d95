import { elementCount, normalizeAxis } from '../base/shape.ts'
import { attr } from './attr.ts'
import { defineOp } from './define.ts'
import { tensorFact } from './fact.ts'
import { emitGatherElements } from './lower/gather.ts'
import { one } from './param.ts'
import { freshShape } from './shared/fresh-shape.ts'
import { checkAlongAxis, positionsAlongAxis } from './shared/indices.ts'
import { selectElements } from './shared/movement.ts'
import { indexInts, tensorsIr4 } from './types.ts'

/**
 * For each index the element of data at the same place, except along the axis, where the index says which.
 */
export const gatherElements = defineOp({
  name: 'GatherElements',
  since: [11, 13],
  types: { T: tensorsIr4, Tind: indexInts },
  inputs: { data: one('T'), indices: one('Tind') },
  outputs: { output: one('T') },
  attrs: { axis: attr.int(0) },
  infer: ({ data, indices }, { axis }, context) => {
    const rank = data.shape?.length ?? indices.shape?.length
    if (rank === undefined) return { output: tensorFact(data.dtype, undefined) }
    checkAlongAxis(data, indices, normalizeAxis(axis, rank))
    return { output: tensorFact(data.dtype, indices.shape ?? freshShape(rank, 'size', context)) }
  },
  reference: ({ data, indices }, { axis }, { checkElements }) => {
    checkElements(elementCount(indices.shape))
    const positions = positionsAlongAxis(indices, data.shape, normalizeAxis(axis, data.shape.length))
    return { output: selectElements(data, indices.shape, (i) => positions[i]!) }
  },
  gradient: 'rule',
  lower: {
    kind: 'kernel',
    emit: ({ data, indices }, { output }, { axis }, context) =>
      emitGatherElements(data, indices, output, normalizeAxis(axis, data.shape.length), context),
  },
})
