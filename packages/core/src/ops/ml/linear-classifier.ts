import { attr } from '../attr.ts'
import { defineOp, none } from '../define.ts'
import { tensorFact } from '../fact.ts'
import { one } from '../param.ts'
import { refuse } from '../refuse.ts'
import { indexInts } from '../types.ts'
import { classLabels, scoreMatrix, topClass } from './shared/class-labels.ts'
import { postTransforms, transformPair, transformScores } from './shared/post-transform.ts'
import { checkFeatures, dotRow, rowCount, rowsOf } from './shared/rows.ts'

/**
 * One linear score per class, X·coefficientsᵀ + intercepts, and the label of the greatest. With two labels
 * and a single score, a score above 0 means the second label.
 */
export const linearClassifier = defineOp({
  name: 'LinearClassifier',
  domain: 'ai.onnx.ml',
  since: [1],
  types: { T1: [...indexInts, 'float32', 'float64'], T2: ['string', 'int64'] },
  inputs: { X: one('T1') },
  outputs: { Y: one('T2'), Z: one('float32') },
  attrs: {
    post_transform: attr.oneOf(postTransforms, 'NONE'),
    classlabels_ints: attr.optional.int64s(),
    classlabels_strings: attr.optional.strings(),
    multi_class: attr.int(0),
    intercepts: attr.optional.floats(),
    coefficients: attr.required.floats(),
  },
  infer: ({ X }, attrs, { freshDim }) => {
    const labels = classLabels(attrs.classlabels_ints, attrs.classlabels_strings)
    const rows = rowCount(X, freshDim)
    const given = attrs.intercepts?.length ?? 0
    const least = labels.count === 2 ? 1 : labels.count
    if (given > 0) {
      if (given !== labels.count && given !== least) refuse(`there must be ${labels.count} intercepts`, given)
      if (attrs.coefficients.length % given !== 0)
        refuse(`the number of coefficients must be a multiple of ${given}`, attrs.coefficients.length)
      checkFeatures(X, attrs.coefficients.length / given)
    }
    return { Y: tensorFact(labels.dtype, [rows]), Z: tensorFact('float32', [rows, labels.count]) }
  },
  reference: ({ X }, { coefficients, intercepts, post_transform, ...attrs }) => {
    const labels = classLabels(attrs.classlabels_ints, attrs.classlabels_strings)
    const rows = rowsOf(X)
    const features = X.shape.at(-1)!
    const count = scoreCount(labels.count, coefficients.length, intercepts?.length ?? 0, features)
    const raw = rows.map((row) =>
      Array.from(
        { length: count },
        (_, k) => dotRow(row, coefficients, k * features) + (intercepts?.[k] ?? 0),
      ),
    )
    const isPair = count < labels.count
    const scores = raw.map((list) =>
      isPair ? transformPair(list[0]!, true, post_transform) : transformScores(list, post_transform),
    )
    return {
      Y: labels.pick(raw.map((list) => (isPair ? (list[0]! > 0 ? 1 : 0) : topClass(list)))),
      Z: scoreMatrix(scores, labels.count),
    }
  },
  gradient: none('classic models are not trained by gradients'),
  lower: { kind: 'host' },
})

/** Scores per row: one per label, or a single one for two labels. */
function scoreCount(labels: number, coefficients: number, intercepts: number, features: number): number {
  if (intercepts > 0) return intercepts
  const count = labels === 2 && coefficients === features ? 1 : labels
  if (coefficients !== count * features) {
    refuse(`there must be ${count} coefficients for each of the ${features} features`, coefficients)
  }
  return count
}
