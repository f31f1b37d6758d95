/** The nearest samples by comparing with all of them. Of equal distances the earlier sample is nearer. */

import { refuseParam } from '../estimator.ts'
import { type Matrix, matrix, rowOf } from '../matrix.ts'

export interface NeighborParams {
  readonly nNeighbors: number
  /** How much each neighbour counts: equally, or by the inverse of its distance. */
  readonly weights: 'uniform' | 'distance'
  readonly metric: 'euclidean' | 'manhattan'
}
export const neighborDefaults: NeighborParams = { nNeighbors: 5, weights: 'uniform', metric: 'euclidean' }

/** Throws SLP-M1. */
export function checkNeighbors(kind: string, { nNeighbors, weights, metric }: NeighborParams): void {
  if (!Number.isInteger(nNeighbors) || nNeighbors < 1)
    refuseParam(kind, 'nNeighbors', 'a positive integer', nNeighbors)
  if (!['uniform', 'distance'].includes(weights))
    refuseParam(kind, 'weights', "'uniform' or 'distance'", weights)
  if (!['euclidean', 'manhattan'].includes(metric)) {
    refuseParam(kind, 'metric', "'euclidean' or 'manhattan'", metric)
  }
}

/** The squared Euclidean distance, or that along the axes. */
export function distanceOf(metric: NeighborParams['metric']): (a: Float64Array, b: Float64Array) => number {
  return metric === 'euclidean' ? squaredDistance : cityBlockDistance
}

export function squaredDistance(a: Float64Array, b: Float64Array): number {
  let sum = 0
  for (let j = 0; j < a.length; j++) sum += (a[j]! - b[j]!) ** 2
  return sum
}

function cityBlockDistance(a: Float64Array, b: Float64Array): number {
  let sum = 0
  for (let j = 0; j < a.length; j++) sum += Math.abs(a[j]! - b[j]!)
  return sum
}

export interface Neighbor {
  readonly index: number
  /** What it counts. The weights of one sample's neighbours add up to 1. */
  readonly weight: number
}

/** For each row the nearest rows of `known`. */
export function nearest(X: Matrix, known: Matrix, params: NeighborParams): Neighbor[][] {
  const distance = distanceOf(params.metric)
  const root = params.metric === 'euclidean' ? Math.sqrt : (value: number) => value
  return Array.from({ length: X.rows }, (_, i) => {
    const row = rowOf(X, i)
    const distances = Float64Array.from({ length: known.rows }, (__, k) => distance(row, rowOf(known, k)))
    const indices = smallest(distances, params.nNeighbors)
    const weights =
      params.weights === 'uniform' ? indices.map(() => 1) : inverses(indices.map((k) => root(distances[k]!)))
    const sum = weights.reduce((a, b) => a + b, 0)
    return indices.map((index, n) => ({ index, weight: weights[n]! / sum }))
  })
}

/** Samples at distance 0, where there are any, are the only ones that count. */
function inverses(distances: readonly number[]): number[] {
  if (!distances.includes(0)) return distances.map((distance) => 1 / distance)
  return distances.map((distance) => (distance === 0 ? 1 : 0))
}

/** Indices of the `count` smallest, in order; of equals the first. */
function smallest(values: Float64Array, count: number): number[] {
  const best: number[] = []
  for (let i = 0; i < values.length; i++) {
    if (best.length === count && !(values[i]! < values[best[count - 1]!]!)) continue
    let at = best.length === count ? count - 1 : best.length
    while (at > 0 && values[i]! < values[best[at - 1]!]!) {
      best[at] = best[at - 1]!
      at -= 1
    }
    best[at] = i
  }
  return best
}

/** Weighted sums over the neighbours of rows of `of`: [rows of X, columns of `of`]. */
export function blend(neighbors: readonly (readonly Neighbor[])[], of: Matrix): Matrix {
  const result = matrix(neighbors.length, of.columns)
  neighbors.forEach((list, i) => {
    for (const { index, weight } of list) {
      for (let j = 0; j < of.columns; j++) {
        result.data[i * of.columns + j]! += weight * of.data[index * of.columns + j]!
      }
    }
  })
  return result
}
