import { dimText } from '../base/dim.ts'
import { elementCount } from '../base/shape.ts'
import { attr } from './attr.ts'
import { defineOp } from './define.ts'
import { type TensorFact, tensorFact } from './fact.ts'
import { emitScatterNd } from './lower/scatter.ts'
import { one } from './param.ts'
import { refuse } from './refuse.ts'
import { positionsOfTuples } from './shared/indices.ts'
import { checkReduction, scatterBlocks, scatterReductions } from './shared/scatter.ts'
import { tensorsIr4 } from './types.ts'

/**
 * A copy of data in which each slice of updates goes to the place that the tuple along the last axis of
 * indices leads to, or is combined with what is there.
 */
export const scatterNd = defineOp({
  name: 'ScatterND',
  since: [11, 13, 16, 18],
  types: { T: tensorsIr4 },
  inputs: { data: one('T'), indices: one('int64'), updates: one('T') },
  outputs: { output: one('T') },
  attrs: { reduction: attr.oneOf(scatterReductions, 'none') },
  traits: ['inplace'],
  infer: ({ data, indices, updates }, { reduction }) => {
    checkReduction(data.dtype, reduction)
    checkShapes(data, indices, updates)
    return { output: tensorFact(data.dtype, data.shape) }
  },
  reference: ({ data, indices, updates }, { reduction }) => {
    const block = elementCount(data.shape.slice(indices.shape.at(-1)))
    const positions = positionsOfTuples(indices, data.shape)
    return { output: scatterBlocks(data, positions, updates, block, reduction) }
  },
  gradient: 'rule',
  lower: {
    kind: 'kernel',
    emit: (inputs, { output }, { reduction }, context) => emitScatterNd(inputs, output, reduction, context),
  },
})

function checkShapes(data: TensorFact, indices: TensorFact, updates: TensorFact): void {
  if (data.shape?.length === 0 || indices.shape?.length === 0) {
    refuse('data and indices must have an axis', 'a scalar')
  }
  const width = indices.shape?.at(-1)
  if (!data.shape || !indices.shape || typeof width !== 'number') return
  if (width > data.shape.length) {
    refuse(`the last axis of indices must have at most ${data.shape.length} elements`, width)
  }
  const wanted = [...indices.shape.slice(0, -1), ...data.shape.slice(width)]
  const differs = wanted.some((size, i) => {
    const own = updates.shape?.[i]
    return typeof size === 'number' && typeof own === 'number' && size !== own
  })
  if (updates.shape && (differs || updates.shape.length !== wanted.length)) {
    refuse(`updates must have the shape [${wanted.map(dimText)}]`, updates.shape.map(dimText))
  }
}
