/**
 * The error function and its complement in double precision.
 *
 * Near zero the series of positive terms (DLMF 7.6.2)
 *   erf x = 2/√π · e^(-x²) · Σ 2ⁿ x^(2n+1) / (1·3·…·(2n+1)),
 * farther out Laplace's continued fraction (equivalent to DLMF 7.9.1)
 *   erfc x = e^(-x²)/√π · 1/(x + (1/2)/(x + (2/2)/(x + (3/2)/(x + …)))).
 * Source: NIST Digital Library of Mathematical Functions, https://dlmf.nist.gov/7
 */

/** From here on the continued fraction is used. */
const tailFrom = 1
/** Levels that bring the fraction at `tailFrom` to double precision; larger arguments need fewer. */
const tailLevels = 200

/** erf x; odd, ±1 at ±Infinity. */
export function erf(x: number): number {
  const size = Math.abs(x)
  if (size < tailFrom) return series(x)
  return Math.sign(x) * (1 - tail(size))
}

/** 1 - erf x without cancellation for large x. */
export function erfc(x: number): number {
  if (x >= tailFrom) return tail(x)
  return 1 - erf(x)
}

function series(x: number): number {
  const twiceSquare = 2 * x * x
  let term = 1
  let sum = 1
  for (let odd = 3; term > sum * Number.EPSILON * 0.25; odd += 2) {
    term *= twiceSquare / odd
    sum += term
  }
  return (2 / Math.sqrt(Math.PI)) * x * expOfMinusSquare(x) * sum
}

function tail(x: number): number {
  // e^(-x²) is zero in double precision.
  if (x > 28) return 0
  let fraction = x
  const levels = Math.ceil(tailLevels * (tailFrom / x) ** 2) + 10
  for (let level = levels; level > 0; level--) fraction = x + level / 2 / fraction
  return expOfMinusSquare(x) / (Math.sqrt(Math.PI) * fraction)
}

/** The square of the float32 part is exact, so no error of x² is blown up by the exponential. */
function expOfMinusSquare(x: number): number {
  const high = Math.fround(x)
  return Math.exp(-high * high) * Math.exp(-(x - high) * (x + high))
}
