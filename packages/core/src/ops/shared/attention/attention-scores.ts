/** The three steps of attention over heads: scaled products, softmax of each row, weighted sums of values. */
import type { Heads } from './heads.ts'

/** scale * q · k for each query and key: [batch, query heads, queries, keys]. Query heads share key heads in groups. */
export function scaledProducts(Q: Heads, K: Heads, scale: number): Float64Array {
  const group = Q.heads / K.heads
  const scores = new Float64Array(Q.batch * Q.heads * Q.length * K.length)
  let at = 0
  for (let n = 0; n < Q.batch; n++) {
    for (let h = 0; h < Q.heads; h++) {
      const keys = (n * K.heads + Math.floor(h / group)) * K.length
      for (let i = 0; i < Q.length; i++) {
        const query = ((n * Q.heads + h) * Q.length + i) * Q.size
        for (let j = 0; j < K.length; j++) {
          const key = (keys + j) * K.size
          let sum = 0
          for (let d = 0; d < Q.size; d++) sum += Q.data[query + d]! * K.data[key + d]!
          scores[at++] = sum * scale
        }
      }
    }
  }
  return scores
}

/** e^x normalised over rows of `length`; a row of nothing but -Infinity has no such thing and becomes NaN. */
export function softmaxRows(scores: Float64Array, length: number): Float64Array {
  const out = new Float64Array(scores.length)
  for (let start = 0; start < scores.length; start += length) {
    const row = scores.subarray(start, start + length)
    const top = row.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY)
    const powers = row.map((score) => Math.exp(score - top))
    const sum = powers.reduce((a, b) => a + b, 0)
    out.set(
      powers.map((power) => power / sum),
      start,
    )
  }
  return out
}

/** Σ over keys of probability * value, per query. */
export function weightedValues(probabilities: Float64Array, Q: Heads, V: Heads): Heads {
  const group = Q.heads / V.heads
  const data = new Float64Array(Q.batch * Q.heads * Q.length * V.size)
  for (let row = 0; row < Q.batch * Q.heads * Q.length; row++) {
    const head = Math.floor(row / Q.length)
    const shared = Math.floor(head / Q.heads) * V.heads + Math.floor((head % Q.heads) / group)
    for (let j = 0; j < V.length; j++) {
      const weight = probabilities[row * V.length + j]!
      const value = (shared * V.length + j) * V.size
      for (let d = 0; d < V.size; d++) {
        data[row * V.size + d] = data[row * V.size + d]! + weight * V.data[value + d]!
      }
    }
  }
  return { data, batch: Q.batch, heads: Q.heads, length: Q.length, size: V.size }
}
