/** Prediction by the nearest samples: the share of each label among them, or the mean of their values. */
import { topLabels } from '../emit.ts'
import { type Matrix, matrix, refuseData } from '../matrix.ts'
import { defineClassifier, defineRegressor } from '../roles.ts'
import type { Label } from '../targets.ts'
import { emitBlend } from './emit-nearest.ts'
import { blend, checkNeighbors, type NeighborParams, nearest, neighborDefaults } from './nearest.ts'

export interface KNeighborsClassifierLearned {
  readonly classes_: readonly Label[]
  readonly samples_: Matrix
  /** One row per sample, 1 in the column of its label. */
  readonly votes_: Matrix
}
export interface KNeighborsRegressorLearned {
  readonly samples_: Matrix
  readonly values_: Matrix
}

function checkCount(X: Matrix, { nNeighbors }: NeighborParams): void {
  if (X.rows < nNeighbors)
    refuseData(`there must be ${nNeighbors} samples or more for as many neighbours`, X.rows)
}

/**
 * The labels of the nearest samples vote. Among equal votes the first class wins, among equal distances the earlier
 * sample.
 *
 * @example
 * const model = kNeighborsClassifier({ nNeighbors: 1 }).fit([[0], [10]], ['low', 'high'])
 * model.predict([[2], [9]]) // ['low', 'high']
 */
export const kNeighborsClassifier = defineClassifier({
  kind: 'kNeighborsClassifier',
  defaults: neighborDefaults,
  check: (params) => checkNeighbors('kNeighborsClassifier', params),
  learned: ['classes_', 'samples_', 'votes_'],
  fit: (X, { classes, codes }, params): KNeighborsClassifierLearned => {
    checkCount(X, params)
    const votes = matrix(X.rows, classes.length)
    codes.forEach((code, i) => {
      votes.data[i * classes.length + code] = 1
    })
    return { classes_: classes, samples_: X, votes_: votes }
  },
  probabilities: (X, { samples_, votes_ }, params) => blend(nearest(X, samples_, params), votes_),
  emit: ({ samples_, votes_, classes_ }, params, context, x) => {
    const probabilities = emitBlend(context, x, samples_, votes_, params)
    return { label: topLabels(context, probabilities, classes_), probabilities }
  },
})

/**
 * The mean of the values of the nearest samples.
 *
 * @example
 * const model = kNeighborsRegressor({ nNeighbors: 2 }).fit([[0], [1], [10]], [0, 2, 50])
 * Array.from(model.predict([[0.4]])) // [1]
 */
export const kNeighborsRegressor = defineRegressor({
  kind: 'kNeighborsRegressor',
  defaults: neighborDefaults,
  check: (params) => checkNeighbors('kNeighborsRegressor', params),
  learned: ['samples_', 'values_'],
  fit: (X, values, params): KNeighborsRegressorLearned => {
    checkCount(X, params)
    return { samples_: X, values_: matrix(X.rows, 1, values) }
  },
  values: (X, { samples_, values_ }, params) => blend(nearest(X, samples_, params), values_).data,
  emit: ({ samples_, values_ }, params, context, x) => ({
    values: context.b.node('Squeeze', [
      emitBlend(context, x, samples_, values_, params),
      context.b.literal('int64', [1]),
    ]),
  }),
})
