/** A tensor's elements in the form that a kernel wants, whatever their width. */
import type { DType } from '../../base/dtype.ts'
import { elementCount, type Shape } from '../../base/shape.ts'
import { type WideTensor, wide } from '../../base/wide.ts'
import { refuseValue } from '../refuse.ts'

/** The elements of a tensor of any dtype but int64, uint64 and string. Not a copy. Throws SLP-O4 for those. */
export function floatsOf(x: WideTensor): Float64Array {
  return x.data instanceof Float64Array ? x.data : refuseValue('elements must be floats', x.dtype)
}

/** A zero tensor together with its elements, for kernels that fill them in. Not for 64-bit integers and strings. */
export function floatZeros(dtype: DType, shape: Shape): { tensor: WideTensor; data: Float64Array } {
  const data = new Float64Array(elementCount(shape))
  return { tensor: wide(dtype, shape, data), data }
}

/**
 * Elements of any numeric dtype as float64; 64-bit integers are rounded. May be the tensor's own: do not write to
 * it. Throws SLP-O4 for strings.
 */
export function numbersIn({ data, dtype }: WideTensor): Float64Array {
  if (data instanceof Float64Array) return data
  if (Array.isArray(data)) return refuseValue('elements must be numbers', dtype)
  return Float64Array.from<number | bigint>(data, Number)
}

/** Elements of any numeric dtype as a list of numbers, integers beyond 2^53 rounded. Throws SLP-O4 for strings. */
export function integersOf(x: WideTensor): readonly number[] {
  return Array.from(numbersIn(x))
}

/** The only element of a tensor, as a number. Throws SLP-O4 where there is not exactly one. */
export function scalarIn(name: string, x: WideTensor): number {
  if (x.data.length !== 1) refuseValue(`${name} must have one element`, x.data.length)
  return Number(x.data[0])
}

/** The elements of a string tensor. Throws SLP-O4 for another type. */
export function textsOf({ data, dtype }: WideTensor): readonly string[] {
  return Array.isArray(data) ? data : refuseValue('the elements must be strings', dtype)
}
