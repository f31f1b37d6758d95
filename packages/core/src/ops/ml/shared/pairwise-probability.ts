/**
 * Class probabilities from pairwise ones: the second method of Wu, Lin and Weng, "Probability estimates for
 * multi-class classification by pairwise coupling", JMLR 5 (2004), which libsvm and its exporters rely on.
 */

const maxRounds = 100

/**
 * The p that minimises Σᵢ Σⱼ≠ᵢ (rⱼᵢ·pᵢ - rᵢⱼ·pⱼ)² with Σp = 1, where rᵢⱼ is the probability of class i against j.
 * It is the fixed point of pᵢ ← pᵢ + (pᵀQp - (Qp)ᵢ) / Qᵢᵢ, renormalised after each step.
 */
export function coupleProbabilities(r: readonly (readonly number[])[]): number[] {
  const count = r.length
  const q = couplingMatrix(r)
  let p = new Array<number>(count).fill(1 / count)
  for (let round = 0; round < maxRounds; round++) {
    const start = multiply(q, p)
    if (start.every((value) => Math.abs(value - inner(p, start)) < 0.005 / count)) break
    for (let t = 0; t < count; t++) {
      const qp = multiply(q, p)
      const step = (inner(p, qp) - qp[t]!) / q[t]![t]!
      p = p.map((value, i) => (value + (i === t ? step : 0)) / (1 + step))
    }
  }
  return p
}

/** Qᵢᵢ = Σⱼ≠ᵢ rⱼᵢ², Qᵢⱼ = -rⱼᵢ·rᵢⱼ. */
function couplingMatrix(r: readonly (readonly number[])[]): number[][] {
  return r.map((row, i) =>
    row.map((_, j) => {
      if (i !== j) return -r[j]![i]! * r[i]![j]!
      return r.reduce((sum, other, k) => sum + (k === i ? 0 : other[i]! ** 2), 0)
    }),
  )
}

const inner = (a: readonly number[], b: readonly number[]): number =>
  a.reduce((sum, x, i) => sum + x * b[i]!, 0)

const multiply = (q: readonly (readonly number[])[], p: readonly number[]): number[] =>
  q.map((row) => inner(row, p))
