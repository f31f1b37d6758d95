/** The post_transform of the ai.onnx.ml models, on the scores of one row. */

import { inverseNormal } from '../../shared/math/inverse-normal.ts'
import { sigmoid } from '../../shared/math/sigmoid.ts'

export const postTransforms = ['NONE', 'SOFTMAX', 'LOGISTIC', 'SOFTMAX_ZERO', 'PROBIT'] as const
export type PostTransform = (typeof postTransforms)[number]

/** Scores of two or more classes or targets. */
export function transformScores(scores: readonly number[], transform: PostTransform): number[] {
  switch (transform) {
    case 'NONE':
      return [...scores]
    case 'LOGISTIC':
      return scores.map(sigmoid)
    case 'PROBIT':
      return scores.map(inverseNormal)
    case 'SOFTMAX':
      return softmax(scores, () => true)
    case 'SOFTMAX_ZERO':
      return softmax(scores, (score) => Math.abs(score) > 1e-7)
    default:
      return transform satisfies never
  }
}

/** Scores that do not take part keep (nearly) zero. */
function softmax(scores: readonly number[], takesPart: (score: number) => boolean): number[] {
  const most = scores.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY)
  const powers = scores.map((score) => (takesPart(score) ? Math.exp(score - most) : 0))
  const sum = powers.reduce((a, b) => a + b, 0)
  return powers.map((power) => power / sum)
}

/**
 * A model with one target: only PROBIT changes the score, as in onnxruntime. The specification leaves the case
 * open, and exporters that want another function add it as a node.
 */
export function transformSingle(score: number, transform: PostTransform): number {
  return transform === 'PROBIT' ? inverseNormal(score) : score
}

/**
 * Two classes told apart by one score, that of the second: the first gets `1 - score` where the score is a
 * probability, else `-score`. A softmax over such a pair is not taken, as in onnxruntime.
 */
export function transformPair(score: number, isProbability: boolean, transform: PostTransform): number[] {
  const pair = [isProbability ? 1 - score : -score, score]
  switch (transform) {
    case 'LOGISTIC':
      return [sigmoid(-score), sigmoid(score)]
    case 'PROBIT':
      return pair.map(inverseNormal)
    case 'NONE':
    case 'SOFTMAX':
    case 'SOFTMAX_ZERO':
      return pair
    default:
      return transform satisfies never
  }
}
