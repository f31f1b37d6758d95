/** Lloyd's algorithm: samples go to the nearest centre, centres to the mean of their samples, until nothing moves. */
import { columnMeans, columnVariances, type Matrix, matrix, rowOf } from '../matrix.ts'
import { squaredDistance } from '../neighbors/nearest.ts'

export interface Clusters {
  readonly clusterCenters_: Matrix
  readonly labels_: Int32Array
  readonly inertia_: number
  readonly nIter_: number
}

interface Assignment {
  readonly labels: Int32Array
  /** Squared distance of each sample to its centre. */
  readonly distances: Float64Array
}

export function lloyd(
  X: Matrix,
  start: Matrix,
  options: { readonly maxIter: number; readonly tol: number },
): Clusters {
  const variances = columnVariances(X, columnMeans(X))
  const tol = (options.tol * variances.reduce((sum, value) => sum + value, 0)) / X.columns
  let centres = start
  let previous: Int32Array | undefined
  let iterations = 0
  while (iterations < options.maxIter) {
    iterations += 1
    const { labels, distances } = assign(X, centres)
    const next = means(X, labels, distances, centres)
    const shift = next.data.reduce((sum, value, i) => sum + (value - centres.data[i]!) ** 2, 0)
    centres = next
    if (previous?.every((label, i) => label === labels[i]) || shift <= tol) break
    previous = labels
  }
  const { labels, distances } = assign(X, centres)
  const inertia = distances.reduce((sum, value) => sum + value, 0)
  return { clusterCenters_: centres, labels_: labels, inertia_: inertia, nIter_: iterations }
}

function assign(X: Matrix, centres: Matrix): Assignment {
  const labels = new Int32Array(X.rows)
  const distances = new Float64Array(X.rows).fill(Number.POSITIVE_INFINITY)
  for (let i = 0; i < X.rows; i++) {
    for (let k = 0; k < centres.rows; k++) {
      const distance = squaredDistance(rowOf(X, i), rowOf(centres, k))
      if (distance >= distances[i]!) continue
      distances[i] = distance
      labels[i] = k
    }
  }
  return { labels, distances }
}

/** Means of the clusters. An empty one takes the sample that is farthest from its centre away from its cluster. */
function means(X: Matrix, labels: Int32Array, distances: Float64Array, centres: Matrix): Matrix {
  const owners = labels.slice()
  const counts = new Float64Array(centres.rows)
  for (const label of owners) counts[label]! += 1
  const farthest = Array.from(distances.keys()).sort((a, b) => distances[b]! - distances[a]!)
  for (let k = 0; k < centres.rows; k++) {
    if (counts[k]! > 0) continue
    const taken = farthest.findIndex((i) => counts[owners[i]!]! > 1)
    const [sample] = farthest.splice(taken, 1)
    counts[owners[sample!]!]! -= 1
    owners[sample!] = k
    counts[k] = 1
  }
  const result = matrix(centres.rows, centres.columns)
  owners.forEach((k, i) => {
    for (let j = 0; j < X.columns; j++)
      result.data[k * X.columns + j]! += X.data[i * X.columns + j]! / counts[k]!
  })
  return result
}
