/** Multinomial logistic regression with an L2 penalty. */
import { floats } from '../../ir/builder.ts'
import { constantOf, type EmitContext, type Emitted, labelAttribute, mlNode, topLabels } from '../emit.ts'
import { refuseParam } from '../estimator.ts'
import { columnMeans, columnVariances, type Matrix, matrix } from '../matrix.ts'
import { defineClassifier } from '../roles.ts'
import type { EncodedLabels, Label } from '../targets.ts'
import { applyAffine } from '../transform/affine.ts'
import { minimize, type Objective } from './minimize.ts'

const defaults = {
  /** Inverse strength of the penalty. */
  C: 1,
  fitIntercept: true,
  /** No element of the gradient may be larger in the end, in variables along which it curves about equally. */
  tol: 1e-6,
  maxIter: 1000,
}
export type LogisticRegressionParams = typeof defaults

export interface LogisticRegressionLearned {
  readonly classes_: readonly Label[]
  /** One row per class; a single row, that of the second class, where there are two. */
  readonly coef_: Matrix
  readonly intercept_: Float64Array
  readonly nIter_: number
  /** False where `maxIter` came first, or rounding hid any further decrease. */
  readonly converged_: boolean
}

/**
 * Logistic regression by L-BFGS: the mean cross-entropy plus |coef|² / (2 C samples), the intercept not penalised.
 * That is scikit-learn's objective, brought nearer to its minimum than scikit-learn's default tolerance does.
 *
 * @example
 * const model = logisticRegression({ C: 10 }).fit([[0], [1], [2], [3]], ['no', 'no', 'yes', 'yes'])
 * model.predict([[0.5], [2.5]]) // ['no', 'yes']
 */
export const logisticRegression = defineClassifier({
  kind: 'logisticRegression',
  defaults,
  check: ({ C, tol, maxIter }) => {
    if (!(C > 0)) refuseParam('logisticRegression', 'C', 'positive', C)
    if (!(tol >= 0)) refuseParam('logisticRegression', 'tol', '0 or more', tol)
    if (!(maxIter >= 1)) refuseParam('logisticRegression', 'maxIter', '1 or more', maxIter)
  },
  learned: ['classes_', 'coef_', 'intercept_', 'nIter_', 'converged_'],
  fit,
  probabilities: (X, learned) => {
    const result = matrix(X.rows, learned.classes_.length)
    const scores = new Float64Array(learned.classes_.length)
    for (let i = 0; i < X.rows; i++) {
      scoreRow(X, i, learned, scores)
      softmax(scores)
      result.data.set(scores, i * result.columns)
    }
    return result
  },
  emit,
})

type Weights = Pick<LogisticRegressionLearned, 'coef_' | 'intercept_'>

function fit(X: Matrix, { classes, codes }: EncodedLabels, params: LogisticRegressionParams) {
  const rows = classes.length === 2 ? 1 : classes.length
  const size = rows * X.columns
  const unpack = (w: Float64Array): Weights => ({
    coef_: matrix(rows, X.columns, w.subarray(0, size)),
    intercept_: params.fitIntercept ? w.subarray(size) : new Float64Array(rows),
  })
  const penalty = 1 / (params.C * X.rows)
  const { even, offset, factor } = evened(X, penalty, params.fitIntercept)
  const objective: Objective = (w, gradient) => {
    const loss = meanLoss(even, codes, classes.length, unpack(w), unpack(gradient))
    let squares = 0
    for (let i = 0; i < size; i++) {
      const scale = factor[i % X.columns]! ** 2
      squares += scale * w[i]! * w[i]!
      gradient[i]! += penalty * scale * w[i]!
    }
    return loss + (penalty * squares) / 2
  }
  const start = new Float64Array(size + (params.fitIntercept ? rows : 0))
  const { w, iterations, converged } = minimize(objective, start, params)
  const { coef_, intercept_ } = unpack(w)
  const coefficients = coef_.data.map((value, i) => value * factor[i % X.columns]!)
  const shifts = intercept_.map((_, k) =>
    offset.reduce((sum, value, j) => sum + value * coefficients[k * X.columns + j]!, 0),
  )
  return {
    classes_: classes,
    coef_: matrix(rows, X.columns, coefficients),
    intercept_: intercept_.map((value, k) => value - shifts[k]!),
    nIter_: iterations,
    converged_: converged,
  }
}

/**
 * The samples in variables in which the objective, which stays what it is, curves about equally along all of them:
 * features of different sizes would take L-BFGS thousands of steps. Along a weight the loss curves by a quarter of
 * the feature's variance at most, and the penalty by its strength.
 */
function evened(X: Matrix, penalty: number, isCentred: boolean) {
  const offset = isCentred ? columnMeans(X) : new Float64Array(X.columns)
  const factor = columnVariances(X, offset).map((value) => 1 / Math.sqrt(value / 4 + penalty))
  return { even: applyAffine(X, { offset, factor }), offset, factor }
}

/** The mean cross-entropy; adds its gradient to `into`, which is zero. */
function meanLoss(X: Matrix, codes: Int32Array, classes: number, weights: Weights, into: Weights): number {
  const { columns } = X
  const first = classes - weights.coef_.rows
  const scores = new Float64Array(classes)
  const gradient = into.coef_.data
  let loss = 0
  for (let i = 0; i < X.rows; i++) {
    scoreRow(X, i, weights, scores)
    const own = scores[codes[i]!]!
    loss += softmax(scores) - own
    for (let k = first; k < classes; k++) {
      const error = (scores[k]! - (codes[i] === k ? 1 : 0)) / X.rows
      into.intercept_[k - first]! += error
      addScaled(gradient, (k - first) * columns, error, X.data, i * columns, columns)
    }
  }
  return loss / X.rows
}

/** Scores of the classes; with one row of weights the first class scores 0. */
function scoreRow(X: Matrix, i: number, { coef_, intercept_ }: Weights, scores: Float64Array): void {
  const first = scores.length - coef_.rows
  scores[0] = 0
  for (let k = 0; k < coef_.rows; k++) {
    scores[k + first] = intercept_[k]! + dotAt(coef_.data, k * X.columns, X.data, i * X.columns, X.columns)
  }
}

function dotAt(a: Float64Array, from: number, b: Float64Array, at: number, count: number): number {
  let sum = 0
  for (let j = 0; j < count; j++) sum += a[from + j]! * b[at + j]!
  return sum
}

function addScaled(
  to: Float64Array,
  from: number,
  by: number,
  b: Float64Array,
  at: number,
  count: number,
): void {
  for (let j = 0; j < count; j++) to[from + j]! += by * b[at + j]!
}

/** Scores to probabilities, in place; returns the logarithm of the sum of their exponentials. */
function softmax(scores: Float64Array): number {
  let most = Number.NEGATIVE_INFINITY
  for (const score of scores) most = Math.max(most, score)
  let sum = 0
  for (let k = 0; k < scores.length; k++) {
    scores[k] = Math.exp(scores[k]! - most)
    sum += scores[k]!
  }
  for (let k = 0; k < scores.length; k++) scores[k]! /= sum
  return most + Math.log(sum)
}

function emit(
  learned: LogisticRegressionLearned,
  _: LogisticRegressionParams,
  context: EmitContext,
  x: string,
): Emitted {
  const { coef_, intercept_, classes_ } = learned
  const { b, dtype } = context
  // Two classes: the first scores 0.
  const first = classes_.length - coef_.rows
  const padding = new Array<number>(first * coef_.columns).fill(0)
  const coefficients = [...padding, ...coef_.data]
  const intercepts = [...new Array<number>(first).fill(0), ...intercept_]
  if (dtype === 'float32') {
    const [label, probabilities] = mlNode(
      context,
      'LinearClassifier',
      x,
      {
        coefficients: floats(coefficients.map(Math.fround)),
        intercepts: floats(intercepts.map(Math.fround)),
        post_transform: 'SOFTMAX',
        multi_class: 1,
        ...labelAttribute(classes_, 'classlabels_ints'),
      },
      2,
    )
    return { label: label!, probabilities: probabilities! }
  }
  const weights = constantOf(context, dtype, [classes_.length, coef_.columns], coefficients)
  const bias = constantOf(context, dtype, [classes_.length], intercepts)
  const probabilities = b.node('Softmax', [b.node('Gemm', [x, weights, bias], { transB: 1 })], { axis: 1 })
  return { label: topLabels(context, probabilities, classes_), probabilities }
}
