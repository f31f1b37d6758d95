/**
 * First centres: far from each other by k-means++ (Arthur and Vassilvitskii 2007), the best of several candidates at
 * each step; or samples at random.
 */
import { type Matrix, matrix, rowOf } from '../matrix.ts'
import { squaredDistance } from '../neighbors/nearest.ts'
import { integerBelow, type RandomStream, shuffled, upTo } from '../random.ts'

export function chooseCentres(X: Matrix, count: number, isRandom: boolean, random: RandomStream): Matrix {
  const chosen = isRandom ? shuffled(upTo(X.rows), random).slice(0, count) : spread(X, count, random)
  const centres = matrix(count, X.columns)
  chosen.forEach((i, k) => {
    centres.data.set(rowOf(X, i), k * X.columns)
  })
  return centres
}

function spread(X: Matrix, count: number, random: RandomStream): number[] {
  const trials = 2 + Math.floor(Math.log(count))
  const chosen = [integerBelow(random, X.rows)]
  let nearest = withCentre(X, new Float64Array(X.rows).fill(Number.POSITIVE_INFINITY), chosen[0]!)
  while (chosen.length < count) {
    const total = sumOf(nearest)
    const candidates = Array.from({ length: trials }, () => {
      const sample = sampleAt(nearest, random.uniform() * total)
      const distances = withCentre(X, nearest, sample)
      return { sample, distances, total: sumOf(distances) }
    })
    const best = candidates.reduce((a, b) => (b.total < a.total ? b : a))
    chosen.push(best.sample)
    nearest = best.distances
  }
  return chosen
}

const sumOf = (values: Float64Array): number => values.reduce((sum, value) => sum + value, 0)

/** Squared distances to the nearest centre once a sample is one too. */
const withCentre = (X: Matrix, nearest: Float64Array, sample: number): Float64Array =>
  nearest.map((distance, i) => Math.min(distance, squaredDistance(rowOf(X, i), rowOf(X, sample))))

/** The sample in whose part of the whole a place lies. */
function sampleAt(parts: Float64Array, place: number): number {
  let sum = 0
  const found = parts.findIndex((part) => {
    sum += part
    return sum > place
  })
  return found < 0 ? parts.length - 1 : found
}
