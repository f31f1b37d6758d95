import { type Dim, dimsEqual, dimText } from '../base/dim.ts'
import { wideZeros } from '../base/wide.ts'
import { defineOp } from './define.ts'
import { tensorFact } from './fact.ts'
import { one } from './param.ts'
import { refuse } from './refuse.ts'
import { floatsOf } from './shared/elements.ts'
import { floats } from './types.ts'

/** The determinant of each square matrix in the last two axes; 1 for a matrix without elements. */
export const det = defineOp({
  name: 'Det',
  since: [11, 22],
  types: { T: floats },
  inputs: { X: one('T') },
  outputs: { Y: one('T') },
  attrs: {},
  infer: ({ X }) => {
    if (X.shape) checkSquare(X.shape)
    return { Y: tensorFact(X.dtype, X.shape?.slice(0, -2)) }
  },
  reference: ({ X }) => {
    const n = X.shape.at(-1)!
    const Y = wideZeros(X.dtype, X.shape.slice(0, -2))
    for (let i = 0; i < Y.data.length; i++) {
      Y.data[i] = determinant(floatsOf(X).slice(i * n * n, (i + 1) * n * n), n)
    }
    return { Y }
  },
  gradient: 'rule',
  lower: { kind: 'kernel' },
})

function checkSquare(shape: readonly Dim[]): void {
  const [rows, columns] = [shape.at(-2), shape.at(-1)]
  if (rows === undefined || columns === undefined) {
    refuse('X must have rank 2 at least', `[${shape.map(dimText)}]`)
  } else if (typeof rows === 'number' && typeof columns === 'number' && !dimsEqual(rows, columns)) {
    refuse('the matrices must be square', `[${shape.map(dimText)}]`)
  }
}

/** The product of the pivots of Gaussian elimination, largest pivot first. Overwrites `a`, n×n in row-major order. */
function determinant(a: Float64Array, n: number): number {
  let product = 1
  for (let column = 0; column < n; column++) {
    let pivot = column
    for (let row = column + 1; row < n; row++) {
      if (Math.abs(a[row * n + column]!) > Math.abs(a[pivot * n + column]!)) pivot = row
    }
    if (pivot !== column) {
      product = -product
      for (let j = 0; j < n; j++) {
        const kept = a[column * n + j]!
        a[column * n + j] = a[pivot * n + j]!
        a[pivot * n + j] = kept
      }
    }
    const top = a[column * n + column]!
    product *= top
    if (top === 0) return product
    for (let row = column + 1; row < n; row++) {
      const factor = a[row * n + column]! / top
      for (let j = column; j < n; j++) a[row * n + j] = a[row * n + j]! - factor * a[column * n + j]!
    }
  }
  return product
}
