/** Samples as people give them, and as the algorithms of this folder read them: rows of float64. */

import { SlipwayError } from '../base/errors.ts'
import { elementCount } from '../base/shape.ts'
import { type Tensor, tensor } from '../base/tensor.ts'
import { widen } from '../base/wide.ts'

/** Samples: a tensor [samples, features] of numbers, or a list of rows. */
export type Samples = Tensor | readonly ArrayLike<number>[]

export interface Matrix {
  readonly rows: number
  readonly columns: number
  /** Row-major. */
  readonly data: Float64Array
}

export const matrix = (
  rows: number,
  columns: number,
  data: Float64Array = new Float64Array(rows * columns),
): Matrix => ({
  rows,
  columns,
  data,
})

export const isTensor = (value: unknown): value is Tensor =>
  typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'tensor'

/** Refuses training or test data: SLP-M3. */
export function refuseData(rule: string, got: unknown): never {
  throw new SlipwayError('SLP-M3', `Cannot use samples: ${rule}, got ${got}`)
}

/** The samples as a matrix of finite numbers. Throws SLP-M3. */
export function toMatrix(samples: Samples): Matrix {
  const result = isTensor(samples) ? matrixOfTensor(samples) : matrixOfRows(samples)
  const bad = result.data.findIndex((value) => !Number.isFinite(value))
  if (bad >= 0) {
    const [row, column] = [Math.floor(bad / result.columns), bad % result.columns]
    refuseData(`every feature must be finite`, `${result.data[bad]} in row ${row}, column ${column}`)
  }
  return result
}

function matrixOfTensor(samples: Tensor): Matrix {
  const [rows, columns] = samples.shape
  if (samples.shape.length !== 2 || rows === undefined || columns === undefined) {
    return refuseData('a tensor must be [samples, features]', `[${samples.shape}]`)
  }
  const { data } = widen(samples)
  if (Array.isArray(data) || elementCount(samples.shape) !== data.length) {
    return refuseData('features must be real numbers', samples.dtype)
  }
  return matrix(rows, columns, Float64Array.from(data, Number))
}

function matrixOfRows(rows: readonly ArrayLike<number>[]): Matrix {
  const columns = rows[0]?.length ?? 0
  const result = matrix(rows.length, columns)
  rows.forEach((row, i) => {
    if (row.length !== columns) refuseData(`row ${i} must have ${columns} features`, row.length)
    result.data.set(Array.from(row), i * columns)
  })
  return result
}

/** One row, a view. */
export const rowOf = ({ data, columns }: Matrix, row: number): Float64Array =>
  data.subarray(row * columns, (row + 1) * columns)

/** A float64 tensor over the matrix. */
export const toTensor = ({ rows, columns, data }: Matrix): Tensor<'float64'> =>
  tensor('float64', [rows, columns], data)

/** Mean of each column. */
export function columnMeans(X: Matrix): Float64Array {
  const means = new Float64Array(X.columns)
  X.data.forEach((value, i) => {
    means[i % X.columns]! += value
  })
  return means.map((sum) => sum / X.rows)
}

/** Variance of each column about `means`, divided by the number of rows. */
export function columnVariances(X: Matrix, means: Float64Array): Float64Array {
  const sums = new Float64Array(X.columns)
  X.data.forEach((value, i) => {
    sums[i % X.columns]! += (value - means[i % X.columns]!) ** 2
  })
  return sums.map((sum) => sum / X.rows)
}

/** Index of the greatest element, the first among equals. */
export function topIndex(values: ArrayLike<number>): number {
  let best = 0
  for (let i = 1; i < values.length; i++) if (values[i]! > values[best]!) best = i
  return best
}
