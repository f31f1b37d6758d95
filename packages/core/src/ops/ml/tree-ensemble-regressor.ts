import { type Attrs, attr } from '../attr.ts'
import { defineOp, none } from '../define.ts'
import { tensorFact } from '../fact.ts'
import { one } from '../param.ts'
import { refuse } from '../refuse.ts'
import { indexInts } from '../types.ts'
import { scoreMatrix } from './shared/class-labels.ts'
import { classicForest, listOrTensor, nodeAttrs } from './shared/classic-forest.ts'
import { aggregates, leastFeatures, scoreRow, targetCount } from './shared/forest.ts'
import { emitForest, type ForestUse } from './shared/lower-forest.ts'
import { postTransforms, transformScores, transformSingle } from './shared/post-transform.ts'
import { checkLeastFeatures, rowCount, rowsOf } from './shared/rows.ts'

const attrs = {
  ...nodeAttrs,
  base_values: attr.optional.floats(),
  base_values_as_tensor: attr.optional.tensor(),
  aggregate_function: attr.oneOf(aggregates, 'SUM'),
  post_transform: attr.oneOf(postTransforms, 'NONE'),
  n_targets: attr.optional.int(),
  target_treeids: attr.required.ints(),
  target_nodeids: attr.required.ints(),
  target_ids: attr.required.ints(),
  target_weights: attr.optional.floats(),
  target_weights_as_tensor: attr.optional.tensor(),
} as const

/**
 * Decision trees whose leaves vote for targets: sum, average, least or greatest vote per target, plus base
 * values.
 */
export const treeEnsembleRegressor = defineOp({
  name: 'TreeEnsembleRegressor',
  domain: 'ai.onnx.ml',
  since: [1, 3, 5],
  // Version 5 declares it deprecated in favour of TreeEnsemble, but exporters go on writing it.
  deprecated: false,
  types: { T: [...indexInts, 'float32', 'float64'] },
  inputs: { X: one('T') },
  outputs: { Y: one('float32') },
  attrs,
  infer: ({ X }, attrs, { freshDim }) => {
    const targets = targetCount(attrs.n_targets, attrs.target_ids)
    const base = listOrTensor(attrs.base_values, attrs.base_values_as_tensor)
    if (base.length > 0 && base.length !== targets)
      refuse(`there must be ${targets} base values`, base.length)
    return { Y: tensorFact('float32', [rowCount(X, freshDim), targets]) }
  },
  reference: ({ X }, attrs) => {
    const { forest, targets, base } = useOf(attrs)
    checkLeastFeatures(X, leastFeatures(forest))
    const scores = rowsOf(X).map((row) => {
      const sums = scoreRow(forest, row, targets, attrs.aggregate_function).map(
        (sum, i) => sum + (base[i] ?? 0),
      )
      return targets === 1
        ? [transformSingle(sums[0]!, attrs.post_transform)]
        : transformScores(sums, attrs.post_transform)
    })
    return { Y: scoreMatrix(scores, targets) }
  },
  gradient: none('classic models are not trained by gradients'),
  lower: {
    kind: 'kernel',
    emit: ({ X }, { Y }, attrs, context) => emitForest(X, Y, useOf(attrs), context),
  },
})

/** Throws SLP-O2 where the trees are not well formed. */
function useOf(given: Attrs<typeof attrs>): ForestUse {
  const targets = targetCount(given.n_targets, given.target_ids)
  const votes = {
    treeIds: given.target_treeids,
    nodeIds: given.target_nodeids,
    targets: given.target_ids,
    weights: listOrTensor(given.target_weights, given.target_weights_as_tensor),
  }
  return {
    forest: classicForest(given, votes, targets),
    targets,
    aggregate: given.aggregate_function,
    transform: given.post_transform,
    base: listOrTensor(given.base_values, given.base_values_as_tensor),
  }
}
