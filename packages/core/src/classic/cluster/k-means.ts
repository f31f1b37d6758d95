/** Clusters around centres. */
import type { Tensor } from '../../base/tensor.ts'
import { castTo } from '../emit.ts'
import { createEstimator, type Estimator, refuseParam, type State } from '../estimator.ts'
import {
  type Matrix,
  matrix,
  refuseData,
  rowOf,
  type Samples,
  toMatrix,
  topIndex,
  toTensor,
} from '../matrix.ts'
import { emitDistances } from '../neighbors/emit-nearest.ts'
import { squaredDistance } from '../neighbors/nearest.ts'
import { randomStream } from '../random.ts'
import type { Given } from '../roles.ts'
import { type Clusters, lloyd } from './lloyd.ts'
import { chooseCentres } from './plus-plus.ts'

export interface KMeansParams {
  readonly nClusters: number
  /** How the first centres are chosen, or the centres themselves. */
  readonly init: 'k-means++' | 'random' | Samples
  /** Starts; the one that ends with the least inertia counts. */
  readonly nInit: number
  readonly maxIter: number
  /** Ends when the centres move less than this share of the mean variance of the features. */
  readonly tol: number
  /** Seed of the choice of centres. */
  readonly randomState: number
}

export interface KMeansLearned {
  readonly clusterCenters_: Matrix
  /** The cluster of each sample of `fit`. */
  readonly labels_: Int32Array
  /** Sum of the squared distances to the centres. */
  readonly inertia_: number
  readonly nIter_: number
}

export interface KMeans extends Estimator, Readonly<KMeansLearned> {
  /** The nearest centre of each sample. */
  predict(X: Samples): Int32Array
  /** Distances to the centres. */
  transform(X: Samples): Tensor<'float64'>
  fitPredict(X: Samples): Int32Array
  fitTransform(X: Samples): Tensor<'float64'>
  /** Minus the sum of the squared distances to the nearest centres. */
  score(X: Samples): number
}

const defaults: KMeansParams = {
  nClusters: 8,
  init: 'k-means++',
  nInit: 1,
  maxIter: 300,
  tol: 1e-4,
  randomState: 0,
}

/**
 * K-means by Lloyd's algorithm.
 *
 * @example
 * const model = kMeans({ nClusters: 2 }).fit([[0], [1], [10], [11]])
 * model.inertia_ // 1
 */
export function kMeans(params: Given<KMeansParams> = {}): KMeans {
  return createEstimator(
    {
      kind: 'kMeans',
      role: 'clusterer',
      defaults,
      check,
      learned: ['clusterCenters_', 'labels_', 'inertia_', 'nIter_'],
      fit: (X, _, given): KMeansLearned => fit(X, given),
      methods,
      emit: ({ learned }, context, x) => {
        const { b, dtype } = context
        const squares = emitDistances(context, x, learned.clusterCenters_, 'euclidean')
        const values = castTo(context, b.node('Sqrt', [squares]), dtype, 'float64')
        return { label: b.node('ArgMin', [squares], { axis: 1, keepdims: 0 }), values }
      },
    },
    params,
  )
}

function methods(state: State<KMeansParams, KMeansLearned>) {
  const squares = (X: Samples) => distancesTo(state.matrix(X), state.learned.clusterCenters_)
  const nearestOf = (distances: Matrix) =>
    Int32Array.from({ length: distances.rows }, (_, i) =>
      topIndex(rowOf(distances, i).map((value) => -value)),
    )
  const transform = (X: Samples) => {
    const { rows, columns, data } = squares(X)
    return toTensor(matrix(rows, columns, data.map(Math.sqrt)))
  }
  return {
    predict: (X: Samples) => nearestOf(squares(X)),
    transform,
    score: (X: Samples) => {
      const distances = squares(X)
      return Array.from(nearestOf(distances)).reduce((sum, k, i) => sum - rowOf(distances, i)[k]!, 0)
    },
    fitPredict(this: Estimator, X: Samples) {
      this.fit(X)
      return state.learned.labels_
    },
    fitTransform(this: Estimator, X: Samples) {
      this.fit(X)
      return transform(X)
    },
  }
}

function distancesTo(X: Matrix, centres: Matrix): Matrix {
  const result = matrix(X.rows, centres.rows)
  for (let i = 0; i < X.rows; i++) {
    for (let k = 0; k < centres.rows; k++) {
      result.data[i * centres.rows + k] = squaredDistance(rowOf(X, i), rowOf(centres, k))
    }
  }
  return result
}

function check({ nClusters, nInit, maxIter, init }: KMeansParams): void {
  for (const [name, value] of Object.entries({ nClusters, nInit, maxIter })) {
    if (!Number.isInteger(value) || value < 1) refuseParam('kMeans', name, 'a positive integer', value)
  }
  if (typeof init === 'string' && init !== 'k-means++' && init !== 'random') {
    refuseParam('kMeans', 'init', "'k-means++', 'random' or centres", init)
  }
}

function fit(X: Matrix, params: KMeansParams): Clusters {
  if (X.rows < params.nClusters) refuseData(`there must be ${params.nClusters} samples or more`, X.rows)
  const fixed = typeof params.init === 'string' ? undefined : toMatrix(params.init)
  if (fixed && (fixed.rows !== params.nClusters || fixed.columns !== X.columns)) {
    refuseParam('kMeans', 'init', `[${params.nClusters}, ${X.columns}]`, `[${fixed.rows}, ${fixed.columns}]`)
  }
  let best: Clusters | undefined
  for (let start = 0; start < (fixed ? 1 : params.nInit); start++) {
    const random = randomStream(params.randomState, start)
    const centres = fixed ?? chooseCentres(X, params.nClusters, params.init === 'random', random)
    const found = lloyd(X, centres, params)
    if (!best || found.inertia_ < best.inertia_) best = found
  }
  return best!
}
