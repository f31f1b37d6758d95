/** Statistics of columns. */
import type { Matrix } from '../matrix.ts'

/** Each column reduced by `combine` from `start` on. */
export function foldColumns(
  X: Matrix,
  start: number,
  combine: (a: number, b: number) => number,
): Float64Array {
  const result = new Float64Array(X.columns).fill(start)
  X.data.forEach((value, i) => {
    const j = i % X.columns
    result[j] = combine(result[j]!, value)
  })
  return result
}

/** The values of one column in ascending order. */
export const sortedColumn = (X: Matrix, j: number): Float64Array =>
  Float64Array.from({ length: X.rows }, (_, i) => X.data[i * X.columns + j]!).sort()

/** The value below which a share of the sorted values lies, by linear interpolation. */
export function quantile(sorted: Float64Array, share: number): number {
  const place = share * (sorted.length - 1)
  const low = Math.floor(place)
  const below = sorted[low]!
  return below + (place - low) * ((sorted[low + 1] ?? below) - below)
}
