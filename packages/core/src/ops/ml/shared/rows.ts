/** The [N, F] inputs of the ai.onnx.ml models; a vector is one row. */
import type { Dim } from '../../../base/dim.ts'
import type { WideTensor } from '../../../base/wide.ts'
import type { TensorFact } from '../../fact.ts'
import { refuse } from '../../refuse.ts'
import { numbersIn } from '../../shared/elements.ts'

/** Rows and features of an input; undefined where its rank is unknown. Throws SLP-O2 for other ranks. */
export function rowDims({ shape }: TensorFact): { rows: Dim; features: Dim } | undefined {
  if (!shape) return undefined
  if (shape.length === 1) return { rows: 1, features: shape[0]! }
  if (shape.length === 2) return { rows: shape[0]!, features: shape[1]! }
  return refuse('X must have the shape [N, F] or [F]', `rank ${shape.length}`)
}

/** The number of rows, which is a fresh dimension where the rank is unknown. */
export function rowCount(x: TensorFact, freshDim: (hint: string) => Dim): Dim {
  return rowDims(x)?.rows ?? freshDim('rows')
}

/** Throws SLP-O2 where the number of features is known and not `wanted`. */
export function checkFeatures(x: TensorFact, wanted: number): void {
  const features = rowDims(x)?.features
  if (typeof features === 'number' && features !== wanted) refuse(`X must have ${wanted} features`, features)
}

/** Throws SLP-O2 where a model reads more features than there are. */
export function checkLeastFeatures({ shape }: WideTensor, least: number): void {
  const features = shape.at(-1) ?? 0
  if (features < least) refuse(`X must have at least ${least} features`, features)
}

/** The rows as float64. */
export function rowsOf(x: WideTensor): Float64Array[] {
  const { shape } = x
  const numbers = numbersIn(x)
  const features = shape.at(-1) ?? 1
  const count = shape.length === 2 ? shape[0]! : 1
  return Array.from({ length: count }, (_, i) => numbers.subarray(i * features, (i + 1) * features))
}

/** Σ aᵢbᵢ over the elements of `row`; `weights` is read from `start` on. */
export function dotRow(row: Float64Array, weights: readonly number[], start = 0): number {
  let sum = 0
  for (let i = 0; i < row.length; i++) sum += row[i]! * weights[start + i]!
  return sum
}
