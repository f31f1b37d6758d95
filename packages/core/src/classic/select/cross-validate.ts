/** How well an estimator does on samples that it was not fitted on, fold by fold. */
import type { Tensor } from '../../base/tensor.ts'
import { clone, type Estimator, refuseParam } from '../estimator.ts'
import { isTensor, refuseData, type Samples } from '../matrix.ts'
import { accuracyScore, f1Macro, meanAbsoluteError, meanSquaredError, r2Score } from '../metrics.ts'
import type { Targets } from '../targets.ts'
import { type Folding, kFold, stratifiedKFold, takeSamples, takeTargets } from './split.ts'

/** Greater is better. */
export type Scorer = (estimator: Scored, X: Samples, y: Targets) => number

/** An estimator that predicts. */
export interface Scored extends Estimator {
  fit(X: Samples, y: Targets): this
  predict(X: Samples): Targets
  score(X: Samples, y: Targets): number
  predictProba?(X: Samples): Tensor<'float64'>
}

const scorers = {
  accuracy: (estimator, X, y) => accuracyScore(y, estimator.predict(X)),
  f1_macro: (estimator, X, y) => f1Macro(y, estimator.predict(X)),
  r2: (estimator, X, y) => r2Score(y, estimator.predict(X)),
  neg_mean_squared_error: (estimator, X, y) => -meanSquaredError(y, estimator.predict(X)),
  neg_mean_absolute_error: (estimator, X, y) => -meanAbsoluteError(y, estimator.predict(X)),
} as const satisfies Record<string, Scorer>

export type ScorerName = keyof typeof scorers

export interface CrossValidateOptions {
  /** How many folds, or how to make them. For classifiers they are stratified; samples keep their order. */
  readonly cv?: number | Folding
  /** The estimator's own score unless given. */
  readonly scoring?: ScorerName | Scorer
}

export interface FoldResult<E> {
  readonly testScore: number
  readonly trainScore: number
  /** The copy that was fitted. */
  readonly estimator: E
}

/** Fits a copy of the estimator on all folds but one, for each of them, and scores it on both parts. */
export function crossValidate<E extends Scored>(
  estimator: E,
  X: Samples,
  y: Targets,
  options: CrossValidateOptions = {},
): FoldResult<E>[] {
  const score = scorerOf(options.scoring)
  return eachFold(estimator, X, y, options, (fitted, train, test) => ({
    testScore: score(fitted, ...test),
    trainScore: score(fitted, ...train),
    estimator: fitted,
  }))
}

/**
 * Scores on the folds left out.
 *
 * @example
 * const X = [[0], [1], [2], [10], [11], [12]]
 * crossValScore(kNeighborsClassifier({ nNeighbors: 1 }), X, [0, 0, 0, 1, 1, 1], { cv: 3 }) // [1, 1, 1]
 */
export function crossValScore(
  estimator: Scored,
  X: Samples,
  y: Targets,
  options: CrossValidateOptions = {},
): number[] {
  const score = scorerOf(options.scoring)
  return eachFold(estimator, X, y, options, (fitted, _, test) => score(fitted, ...test))
}

type Part = readonly [X: Samples, y: Targets]

function eachFold<E extends Scored, R>(
  estimator: E,
  X: Samples,
  y: Targets,
  { cv = 5 }: CrossValidateOptions,
  use: (fitted: E, train: Part, test: Part) => R,
): R[] {
  const samples = isTensor(X) ? (X.shape[0] ?? 0) : X.length
  if (samples === 0) refuseData('there must be some to divide', 'none')
  const part = (indices: readonly number[]): Part => [
    takeSamples(X, indices),
    takeTargets(y, indices, samples),
  ]
  return foldingOf(estimator, cv)
    .split(samples, y)
    .map(({ train, test }) => {
      const own = part(train)
      return use(clone(estimator).fit(...own), own, part(test))
    })
}

function foldingOf({ role }: Estimator, cv: number | Folding): Folding {
  if (typeof cv !== 'number') return cv
  return role === 'classifier' ? stratifiedKFold({ nSplits: cv }) : kFold({ nSplits: cv })
}

function scorerOf(scoring: CrossValidateOptions['scoring']): Scorer {
  if (scoring === undefined) return (estimator, X, y) => estimator.score(X, y)
  if (typeof scoring === 'function') return scoring
  return (
    scorers[scoring] ?? refuseParam('crossValidate', 'scoring', `one of ${Object.keys(scorers)}`, scoring)
  )
}
