/** Eigenvalues and eigenvectors of a symmetric matrix by Jacobi's rotations, cyclic by rows. */
import { type Matrix, matrix } from '../matrix.ts'

export interface Eigen {
  /** In descending order. */
  readonly values: Float64Array
  /** One eigenvector of length 1 per row, in the order of the values. */
  readonly vectors: Matrix
}

const mostSweeps = 60

export function eigenSymmetric(symmetric: Matrix): Eigen {
  const n = symmetric.rows
  const a = symmetric.data.slice()
  // Rows of `v` are the eigenvectors in the end.
  const v = new Float64Array(n * n)
  for (let i = 0; i < n; i++) v[i * n + i] = 1
  for (let sweep = 0; sweep < mostSweeps && offDiagonal(a, n) > 0; sweep++) {
    for (let p = 0; p < n - 1; p++) for (let q = p + 1; q < n; q++) rotate(a, v, n, p, q)
  }
  const order = Array.from({ length: n }, (_, i) => i).sort((i, j) => a[j * n + j]! - a[i * n + i]!)
  const vectors = matrix(n, n)
  order.forEach((from, to) => {
    vectors.data.set(v.subarray(from * n, (from + 1) * n), to * n)
  })
  return { values: Float64Array.from(order, (i) => a[i * n + i]!), vectors }
}

/** Sum of the squares beside the diagonal. */
function offDiagonal(a: Float64Array, n: number): number {
  let sum = 0
  for (let i = 0; i < n; i++) for (let j = 0; j < i; j++) sum += a[i * n + j]! ** 2
  return sum
}

/** Makes the element (p, q) zero. */
function rotate(a: Float64Array, v: Float64Array, n: number, p: number, q: number): void {
  const off = a[p * n + q]!
  const [dp, dq] = [a[p * n + p]!, a[q * n + q]!]
  // Too small to change either diagonal element.
  if (Math.abs(off) <= Number.EPSILON * 2 ** -8 * Math.sqrt(Math.abs(dp * dq)) || off === 0) {
    a[p * n + q] = 0
    a[q * n + p] = 0
    return
  }
  const theta = (dq - dp) / (2 * off)
  const t = (theta < 0 ? -1 : 1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1))
  const c = 1 / Math.sqrt(t * t + 1)
  const s = t * c
  for (let k = 0; k < n; k++) {
    const [x, y] = [a[k * n + p]!, a[k * n + q]!]
    a[k * n + p] = c * x - s * y
    a[k * n + q] = s * x + c * y
  }
  turnRows(a, n, p, q, c, s)
  turnRows(v, n, p, q, c, s)
  a[p * n + q] = 0
  a[q * n + p] = 0
}

function turnRows(m: Float64Array, n: number, p: number, q: number, c: number, s: number): void {
  for (let k = 0; k < n; k++) {
    const [x, y] = [m[p * n + k]!, m[q * n + k]!]
    m[p * n + k] = c * x - s * y
    m[q * n + k] = s * x + c * y
  }
}
