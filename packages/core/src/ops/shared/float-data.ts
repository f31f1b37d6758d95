/** Elements of float and small-integer tensors as the plain numbers that inner loops want. */
import type { DType } from '../../base/dtype.ts'
import type { Shape } from '../../base/shape.ts'
import { elementCount } from '../../base/shape.ts'
import { type WideTensor, wide } from '../../base/wide.ts'
import { refuseValue } from '../refuse.ts'

/** The elements of a tensor of any dtype but int64, uint64 and string. Not a copy. */
export function floatsOf(x: WideTensor): Float64Array {
  return x.data instanceof Float64Array ? x.data : refuseValue('elements must be floats', x.dtype)
}

/** A zero tensor together with its elements, for kernels that fill them in. Not for 64-bit integers and strings. */
export function floatZeros(dtype: DType, shape: Shape): { tensor: WideTensor; data: Float64Array } {
  const data = new Float64Array(elementCount(shape))
  return { tensor: wide(dtype, shape, data), data }
}

/** Elements of any numeric dtype as float64; 64-bit integers are rounded. May be the tensor's own: do not write to it. */
export function numbersIn(x: WideTensor): Float64Array {
  const { data } = x
  if (data instanceof Float64Array) return data
  if (Array.isArray(data)) return refuseValue('elements must be numbers', x.dtype)
  return Float64Array.from<number | bigint>(data, Number)
}
