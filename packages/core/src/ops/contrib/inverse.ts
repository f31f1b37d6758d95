import { wide } from '../../base/wide.ts'
import { defineOp } from '../define.ts'
import { tensorFact } from '../fact.ts'
import { one } from '../param.ts'
import { refuse } from '../refuse.ts'
import { floatsOf } from '../shared/elements.ts'
import { requireSize } from '../shared/require.ts'
import { ieeeFloats } from '../types.ts'

/** The inverse of each square matrix; infinite or NaN where there is none. */
export const inverse = defineOp({
  name: 'Inverse',
  domain: 'com.microsoft',
  since: [1],
  types: { T: ieeeFloats },
  inputs: { X: one('T') },
  outputs: { Y: one('T') },
  attrs: {},
  infer: ({ X }) => {
    if (X.shape && X.shape.length < 2) refuse('X must have rank 2 at least', X.shape.length)
    requireSize('the rows of X', X.shape?.at(-2), X.shape?.at(-1))
    return { Y: tensorFact(X.dtype, X.shape) }
  },
  reference: ({ X }) => {
    const n = X.shape.at(-1)!
    const data = floatsOf(X)
    const y = new Float64Array(data.length)
    for (let start = 0; start < data.length; start += n * n) {
      y.set(invert(data.slice(start, start + n * n), n), start)
    }
    return { Y: wide(X.dtype, X.shape, y) }
  },
  gradient: 'rule',
  lower: { kind: 'kernel' },
})

/** Gauss-Jordan elimination with partial pivoting; consumes `a`. */
function invert(a: Float64Array, n: number): Float64Array {
  const y = new Float64Array(n * n)
  for (let i = 0; i < n; i++) y[i * n + i] = 1
  for (let column = 0; column < n; column++) {
    let pivot = column
    for (let row = column + 1; row < n; row++) {
      if (Math.abs(a[row * n + column]!) > Math.abs(a[pivot * n + column]!)) pivot = row
    }
    swapRows(a, n, column, pivot)
    swapRows(y, n, column, pivot)
    const divisor = a[column * n + column]!
    for (let j = 0; j < n; j++) {
      a[column * n + j] = a[column * n + j]! / divisor
      y[column * n + j] = y[column * n + j]! / divisor
    }
    for (let row = 0; row < n; row++) {
      const factor = a[row * n + column]!
      if (row === column || factor === 0) continue
      for (let j = 0; j < n; j++) {
        a[row * n + j] = a[row * n + j]! - factor * a[column * n + j]!
        y[row * n + j] = y[row * n + j]! - factor * y[column * n + j]!
      }
    }
  }
  return y
}

function swapRows(a: Float64Array, n: number, i: number, k: number): void {
  const row = a.slice(i * n, (i + 1) * n)
  a.copyWithin(i * n, k * n, (k + 1) * n)
  a.set(row, k * n)
}
