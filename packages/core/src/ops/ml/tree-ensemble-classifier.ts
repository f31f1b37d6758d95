import { attr } from '../attr.ts'
import { defineOp, none } from '../define.ts'
import { tensorFact } from '../fact.ts'
import { one } from '../param.ts'
import { refuse } from '../refuse.ts'
import { indexInts } from '../types.ts'
import { type ClassLabels, classLabels, scoreMatrix, topClass, zeroOrOne } from './shared/class-labels.ts'
import { classicForest, listOrTensor, nodeAttrs } from './shared/classic-forest.ts'
import { leastFeatures, scoreRow } from './shared/forest.ts'
import {
  type PostTransform,
  postTransforms,
  transformPair,
  transformScores,
  transformSingle,
} from './shared/post-transform.ts'
import { checkLeastFeatures, rowCount, rowsOf } from './shared/rows.ts'

const classAttrs = {
  ...nodeAttrs,
  base_values: attr.optional.floats(),
  base_values_as_tensor: attr.optional.tensor(),
  post_transform: attr.oneOf(postTransforms, 'NONE'),
  classlabels_int64s: attr.optional.int64s(),
  classlabels_strings: attr.optional.strings(),
  class_treeids: attr.required.ints(),
  class_nodeids: attr.required.ints(),
  class_ids: attr.required.ints(),
  class_weights: attr.optional.floats(),
  class_weights_as_tensor: attr.optional.tensor(),
} as const

/**
 * Decision trees whose leaves vote for classes: the sum of the votes per class, and the label of the
 * greatest. With two labels and votes for one class only, that score alone decides.
 */
export const treeEnsembleClassifier = defineOp({
  name: 'TreeEnsembleClassifier',
  domain: 'ai.onnx.ml',
  since: [1, 3, 5],
  // Version 5 declares it deprecated in favour of TreeEnsemble, but exporters go on writing it.
  deprecated: false,
  types: { T1: [...indexInts, 'float32', 'float64'], T2: ['string', 'int64'] },
  inputs: { X: one('T1') },
  outputs: { Y: one('T2'), Z: one('float32') },
  attrs: classAttrs,
  infer: ({ X }, attrs, { freshDim }) => {
    const labels = classLabels(attrs.classlabels_int64s, attrs.classlabels_strings)
    const base = listOrTensor(attrs.base_values, attrs.base_values_as_tensor)
    // A binary model with one score per row has one base value.
    if (base.length > (labels.count === 2 ? 1 : 0) && base.length !== labels.count) {
      refuse(`there must be ${labels.count} base values`, base.length)
    }
    const rows = rowCount(X, freshDim)
    return { Y: tensorFact(labels.dtype, [rows]), Z: tensorFact('float32', [rows, labels.count]) }
  },
  reference: ({ X }, attrs) => {
    const labels = classLabels(attrs.classlabels_int64s, attrs.classlabels_strings)
    const weights = listOrTensor(attrs.class_weights, attrs.class_weights_as_tensor)
    const { class_treeids: treeIds, class_nodeids: nodeIds, class_ids: targets } = attrs
    const forest = classicForest(attrs, { treeIds, nodeIds, targets, weights }, labels.count)
    checkLeastFeatures(X, leastFeatures(forest))
    const rule: Rule = {
      labels,
      transform: attrs.post_transform,
      base: listOrTensor(attrs.base_values, attrs.base_values_as_tensor),
      votedClass: new Set(targets).size === 1 ? targets[0] : undefined,
      areProbabilities: weights.every((weight) => weight >= 0),
    }
    const results = rowsOf(X).map((row) => decide(scoreRow(forest, row, labels.count, 'SUM'), rule))
    const indices = results.map(({ label }) => label)
    return {
      Y: labels.count === 1 ? zeroOrOne(labels, indices) : labels.pick(indices),
      Z: scoreMatrix(
        results.map(({ scores }) => scores),
        labels.count,
      ),
    }
  },
  gradient: none('classic models are not trained by gradients'),
  lower: { kind: 'host' },
})

interface Rule {
  readonly labels: ClassLabels
  readonly transform: PostTransform
  readonly base: readonly number[]
  /** The only class that any leaf votes for. */
  readonly votedClass: number | undefined
  /** No weight is negative, so that a lone score is compared with 1/2. */
  readonly areProbabilities: boolean
}

interface Decision {
  readonly label: number
  readonly scores: readonly number[]
}

function decide(sums: readonly number[], rule: Rule): Decision {
  const { labels, transform, base, votedClass, areProbabilities } = rule
  if (labels.count === 1) {
    const score = sums[0]! + (base[0] ?? 0)
    return { label: score > 0 ? 1 : 0, scores: [transformSingle(score, transform)] }
  }
  if (labels.count === 2 && votedClass !== undefined && base.length < 2) {
    // Votes for class 0 only are the score of the second class: it is how exporters write a binary model.
    const score = sums[votedClass]! + (votedClass === 0 ? (base[0] ?? 0) : 0)
    const label = score > (areProbabilities ? 0.5 : 0) ? 1 : 0
    if (votedClass === 0) return { label, scores: transformPair(score, areProbabilities, transform) }
    return { label, scores: transformScores(sums, transform) }
  }
  const scores = sums.map((sum, i) => sum + (base[i] ?? 0))
  return { label: topClass(scores), scores: transformScores(scores, transform) }
}
