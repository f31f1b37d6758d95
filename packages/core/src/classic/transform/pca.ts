/** Principal components. */
import { constantOf } from '../emit.ts'
import { refuseParam } from '../estimator.ts'
import { columnMeans, type Matrix, matrix, refuseData, rowOf } from '../matrix.ts'
import { defineTransformer } from '../roles.ts'
import { eigenSymmetric } from './eigen.ts'

export interface PcaParams {
  /** How many, or the share of the variance to keep where it is below 1; as many as there can be unless given. */
  readonly nComponents: number | undefined
  /** Components with variance 1. */
  readonly whiten: boolean
}

export interface PcaLearned {
  readonly mean_: Float64Array
  /** One component per row, of descending variance; the element of greatest magnitude of each is positive. */
  readonly components_: Matrix
  /** Divided by the number of samples - 1. */
  readonly explainedVariance_: Float64Array
  readonly explainedVarianceRatio_: Float64Array
  readonly singularValues_: Float64Array
  readonly nComponents_: number
  /** Mean variance of the components left out. */
  readonly noiseVariance_: number
}

const defaults: PcaParams = { nComponents: undefined, whiten: false }

/**
 * The directions in which samples differ most, from the eigenvectors of their covariance.
 *
 * @example
 * const model = pca({ nComponents: 1 }).fit([[0, 0], [1, 1], [2, 2]])
 * model.components_.data[0] === model.components_.data[1] // true
 */
export const pca = defineTransformer({
  kind: 'pca',
  defaults,
  check: ({ nComponents: count }) => {
    if (count !== undefined && !(count > 0 && (count < 1 || Number.isInteger(count)))) {
      refuseParam('pca', 'nComponents', 'a positive integer or a share below 1', count)
    }
  },
  learned: [
    'mean_',
    'components_',
    'explainedVariance_',
    'explainedVarianceRatio_',
    'singularValues_',
    'nComponents_',
    'noiseVariance_',
  ],
  fit,
  transform: (X, learned, params) => {
    const factors = scalesOf(learned, params)
    const result = matrix(X.rows, learned.nComponents_)
    for (let i = 0; i < X.rows; i++) {
      const row = rowOf(X, i).map((value, j) => value - learned.mean_[j]!)
      for (let k = 0; k < learned.nComponents_; k++) {
        const component = rowOf(learned.components_, k)
        result.data[i * result.columns + k] =
          row.reduce((sum, value, j) => sum + value * component[j]!, 0) * factors[k]!
      }
    }
    return result
  },
  emit: (learned, params, context, x) => {
    const { b, dtype } = context
    const { rows, columns, data } = learned.components_
    const factors = scalesOf(learned, params)
    const weights = data.map((value, i) => value * factors[Math.floor(i / columns)]!)
    const centred = b.node('Sub', [x, constantOf(context, dtype, [columns], learned.mean_)])
    return {
      values: b.node('Gemm', [centred, constantOf(context, dtype, [rows, columns], weights)], { transB: 1 }),
    }
  },
})

/** What the components are multiplied by. */
function scalesOf({ explainedVariance_ }: PcaLearned, { whiten }: PcaParams): Float64Array {
  const least = Number.EPSILON
  return explainedVariance_.map((variance) => (whiten ? 1 / Math.max(Math.sqrt(variance), least) : 1))
}

function fit(X: Matrix, { nComponents }: PcaParams): PcaLearned {
  const most = Math.min(X.rows, X.columns)
  if (X.rows < 2) refuseData('principal components need two samples or more', X.rows)
  if (nComponents !== undefined && nComponents > most) {
    refuseParam('pca', 'nComponents', `at most ${most} for [${X.rows}, ${X.columns}] samples`, nComponents)
  }
  const mean_ = columnMeans(X)
  const { values, vectors } = eigenSymmetric(covariance(X, mean_))
  const variances = values.map((value) => Math.max(0, value))
  const total = variances.reduce((sum, value) => sum + value, 0)
  const ratios = variances.map((value) => (total > 0 ? value / total : 0))
  const count =
    nComponents === undefined ? most : nComponents < 1 ? countFor(ratios, nComponents) : nComponents
  const left = variances.subarray(count, most)
  return {
    mean_,
    components_: matrix(count, X.columns, turned(vectors).data.slice(0, count * X.columns)),
    explainedVariance_: variances.slice(0, count),
    explainedVarianceRatio_: ratios.slice(0, count),
    singularValues_: variances.slice(0, count).map((value) => Math.sqrt(value * (X.rows - 1))),
    nComponents_: count,
    noiseVariance_: left.length === 0 ? 0 : left.reduce((sum, value) => sum + value, 0) / left.length,
  }
}

/** The least number of components that keep more than a share of the variance. */
function countFor(ratios: Float64Array, share: number): number {
  let sum = 0
  const at = ratios.findIndex((ratio) => {
    sum += ratio
    return sum > share
  })
  return at < 0 ? ratios.length : at + 1
}

function covariance(X: Matrix, mean: Float64Array): Matrix {
  const n = X.columns
  const result = matrix(n, n)
  for (let i = 0; i < X.rows; i++) {
    const row = rowOf(X, i).map((value, j) => value - mean[j]!)
    for (let p = 0; p < n; p++) for (let q = 0; q <= p; q++) result.data[p * n + q]! += row[p]! * row[q]!
  }
  for (let p = 0; p < n; p++) {
    for (let q = 0; q <= p; q++) {
      result.data[p * n + q]! /= X.rows - 1
      result.data[q * n + p] = result.data[p * n + q]!
    }
  }
  return result
}

/** Each row with the sign that makes its element of greatest magnitude positive. */
function turned(vectors: Matrix): Matrix {
  const result = matrix(vectors.rows, vectors.columns)
  for (let k = 0; k < vectors.rows; k++) {
    const row = rowOf(vectors, k)
    const most = row.reduce((best, value) => (Math.abs(value) > Math.abs(best) ? value : best), 0)
    result.data.set(most < 0 ? row.map((value) => -value) : row, k * vectors.columns)
  }
  return result
}
