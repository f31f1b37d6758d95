/**
 * Regularised linear discriminants in closed form (Friedman, "Regularized Discriminant Analysis", JASA 1989): classes are
 * Gaussians with one common covariance, shrunk towards a multiple of the identity. The scores are log posteriors.
 */
export interface Sample {
  readonly features: Float64Array
  readonly label: number
}

export interface Discriminant {
  /** Row-major [classes, features]. */
  readonly weights: Float64Array
  readonly bias: Float64Array
}

export interface FitOptions {
  readonly classes: number
  /** Share of the identity in the covariance, in (0, 1]. */
  readonly shrinkage: number
}

export function fitDiscriminant(
  samples: readonly Sample[],
  { classes, shrinkage }: FitOptions,
): Discriminant {
  const size = samples[0]!.features.length
  const counts = new Float64Array(classes)
  const means = Array.from({ length: classes }, () => new Float64Array(size))
  for (const { features, label } of samples) {
    counts[label] = counts[label]! + 1
    const mean = means[label]!
    for (let i = 0; i < size; i++) mean[i] = mean[i]! + features[i]!
  }
  means.forEach((mean, label) => {
    for (let i = 0; i < size; i++) mean[i] = mean[i]! / counts[label]!
  })
  const factor = cholesky(shrink(covariance(samples, means, size), size, shrinkage), size)
  const weights = new Float64Array(classes * size)
  const bias = new Float64Array(classes)
  means.forEach((mean, label) => {
    const row = solve(factor, mean, size)
    weights.set(row, label * size)
    let dot = 0
    for (let i = 0; i < size; i++) dot += row[i]! * mean[i]!
    bias[label] = Math.log(counts[label]! / samples.length) - dot / 2
  })
  return { weights, bias }
}

/** The most likely class. */
export function classify({ weights, bias }: Discriminant, features: Float64Array): number {
  let best = 0
  let bestScore = Number.NEGATIVE_INFINITY
  bias.forEach((start, label) => {
    let score = start
    for (let i = 0; i < features.length; i++) score += weights[label * features.length + i]! * features[i]!
    if (score > bestScore) [best, bestScore] = [label, score]
  })
  return best
}

/** Covariance within the classes; the lower triangle only. */
function covariance(samples: readonly Sample[], means: readonly Float64Array[], size: number): Float64Array {
  const sum = new Float64Array(size * size)
  const centred = new Float64Array(size)
  for (const { features, label } of samples) {
    const mean = means[label]!
    for (let i = 0; i < size; i++) centred[i] = features[i]! - mean[i]!
    for (let i = 0; i < size; i++) {
      const own = centred[i]!
      if (own === 0) continue
      for (let j = 0; j <= i; j++) sum[i * size + j] = sum[i * size + j]! + own * centred[j]!
    }
  }
  return sum.map((value) => value / samples.length)
}

function shrink(matrix: Float64Array, size: number, shrinkage: number): Float64Array {
  let trace = 0
  for (let i = 0; i < size; i++) trace += matrix[i * size + i]!
  const out = matrix.map((value) => value * (1 - shrinkage))
  for (let i = 0; i < size; i++) out[i * size + i] = out[i * size + i]! + (shrinkage * trace) / size
  return out
}

/** The lower factor L of a positive definite matrix: L Lᵀ = A. */
function cholesky(matrix: Float64Array, size: number): Float64Array {
  const lower = new Float64Array(size * size)
  for (let i = 0; i < size; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = matrix[i * size + j]!
      for (let k = 0; k < j; k++) sum -= lower[i * size + k]! * lower[j * size + k]!
      lower[i * size + j] = i === j ? Math.sqrt(sum) : sum / lower[j * size + j]!
    }
  }
  return lower
}

/** x with L Lᵀ x = b. */
function solve(lower: Float64Array, b: Float64Array, size: number): Float64Array {
  const x = b.slice()
  for (let i = 0; i < size; i++) {
    for (let k = 0; k < i; k++) x[i] = x[i]! - lower[i * size + k]! * x[k]!
    x[i] = x[i]! / lower[i * size + i]!
  }
  for (let i = size - 1; i >= 0; i--) {
    for (let k = i + 1; k < size; k++) x[i] = x[i]! - lower[k * size + i]! * x[k]!
    x[i] = x[i]! / lower[i * size + i]!
  }
  return x
}
