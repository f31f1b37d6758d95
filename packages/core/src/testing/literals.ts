/** Short ways to write tensors in tests: `f32([[1, 2], [3, 4]])`. */
import type { DType } from '../base/dtype.ts'
import { elementCount, type Shape } from '../base/shape.ts'
import type { Tensor } from '../base/tensor.ts'
import { lanesOf, narrow, wideZeros } from '../base/wide.ts'

type Scalar = number | bigint | boolean | string
export type Nested = Scalar | readonly Nested[]

function shapeOf(nested: Nested): number[] {
  if (!Array.isArray(nested)) return []
  return [nested.length, ...(nested.length > 0 ? shapeOf(nested[0] as Nested) : [])] // isArray loses the element type
}

/** A tensor of `shape` from a flat list in row-major order (complex: real and imaginary parts interleaved). */
export function flat(dtype: DType, shape: Shape, list: readonly Scalar[]): Tensor {
  const out = wideZeros(dtype, shape)
  if (list.length !== elementCount(shape) * lanesOf(dtype))
    throw new Error(`${list.length} elements for [${shape}]`)
  list.forEach((item, i) => {
    if (out.data instanceof Float64Array) out.data[i] = Number(item)
    else if (Array.isArray(out.data)) out.data[i] = String(item)
    else out.data[i] = BigInt(item)
  })
  return narrow(out)
}

/** A tensor whose shape is that of the nested lists. */
export function of(dtype: DType, nested: Nested): Tensor {
  const list = (Array.isArray(nested) ? nested.flat(Number.POSITIVE_INFINITY) : [nested]) as Scalar[] // fully flat
  return flat(dtype, shapeOf(nested), list)
}

export const f32 = (nested: Nested) => of('float32', nested)
export const f64 = (nested: Nested) => of('float64', nested)
export const f16 = (nested: Nested) => of('float16', nested)
export const i64 = (nested: Nested) => of('int64', nested)
export const i32 = (nested: Nested) => of('int32', nested)
export const u8 = (nested: Nested) => of('uint8', nested)
export const i8 = (nested: Nested) => of('int8', nested)
export const bool = (nested: Nested) => of('bool', nested)
export const str = (nested: Nested) => of('string', nested)
