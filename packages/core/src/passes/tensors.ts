/** Numbers of constant tensors, for rewrites that compute with weights. */
import { type Dim, dimsEqual } from '../base/dim.ts'
import { type DType, dtypeInfo } from '../base/dtype.ts'
import type { Shape } from '../base/shape.ts'
import { elementCount } from '../base/shape.ts'
import type { NumericData, Tensor } from '../base/tensor.ts'
import { narrow, wide, widen } from '../base/wide.ts'

/** All elements of a tensor of numbers as float64; undefined for text and complex numbers. */
export function tryNumbers(tensor: Tensor): Float64Array | undefined {
  const { kind } = dtypeInfo(tensor.dtype)
  if (kind === 'string' || kind === 'complex') return undefined
  const { data } = widen(tensor)
  return data instanceof Float64Array ? data : Float64Array.from(data as BigInt64Array, Number) // no text, see above
}

/** All elements of a tensor of integers as numbers; undefined for other types and beyond 2^53. */
export function tryIntegers(tensor: Tensor | undefined): readonly number[] | undefined {
  if (!tensor || !/int/.test(dtypeInfo(tensor.dtype).kind)) return undefined
  const list = [...(tryNumbers(tensor) ?? [])]
  return list.every(Number.isSafeInteger) ? list : undefined
}

/** Like `tryIntegers`, with numbers beyond 2^53, which stand for "as far as possible", brought back to it. */
export function tryClampedIntegers(tensor: Tensor | undefined): readonly number[] | undefined {
  const most = Number.MAX_SAFE_INTEGER
  if (!tensor || !/int/.test(dtypeInfo(tensor.dtype).kind)) return undefined
  return [...(tryNumbers(tensor) ?? [])].map((value) => Math.max(-most, Math.min(most, value)))
}

/** The only element of a tensor of numbers. */
export function tryScalar(tensor: Tensor | undefined): number | undefined {
  if (!tensor || elementCount(tensor.shape) !== 1) return undefined
  return tryNumbers(tensor)?.[0]
}

/** A tensor of a type that is wide as float64, rounded to it. */
export function tensorOfNumbers(dtype: DType, shape: Shape, numbers: Float64Array): Tensor {
  return narrow(wide(dtype, shape, numbers))
}

/** True where both shapes are known and equal for all values of their names. */
export function sameShape(a: readonly Dim[] | undefined, b: readonly Dim[] | undefined): boolean {
  return (
    a !== undefined &&
    b !== undefined &&
    a.length === b.length &&
    a.every((size, i) => dimsEqual(size, b[i]!))
  )
}

/**
 * One number per position of `axis`, from a tensor that broadcasts to a shape of `rank` axes and differs along that
 * axis only; undefined for other tensors.
 */
export function tryAlongAxis(
  tensor: Tensor,
  rank: number,
  axis: number,
  size: number,
): Float64Array | undefined {
  const numbers = tryNumbers(tensor)
  const { shape } = tensor
  if (!numbers || shape.length > rank) return undefined
  const own = axis - rank + shape.length
  if (shape.some((length, i) => length !== 1 && !(i === own && length === size))) return undefined
  return numbers.length === size ? numbers : new Float64Array(size).fill(numbers[0]!)
}

/** True for tensors of one type and shape with the same elements, bit by bit. */
export function sameElements(a: Tensor, b: Tensor): boolean {
  if (a.dtype !== b.dtype || a.data.length !== b.data.length || String(a.shape) !== String(b.shape))
    return false
  if (a.dtype === 'string') return a.data.every((text, i) => text === b.data[i])
  const [left, right] = [a.data as NumericData, b.data as NumericData] // only text is no typed array
  const isWhole = [left.byteOffset, right.byteOffset, left.byteLength].every((bytes) => bytes % 4 === 0)
  return sameBits(left, right, isWhole)
}

function sameBits(a: NumericData, b: NumericData, isWhole: boolean): boolean {
  const [left, right] = [a, b].map(({ buffer, byteOffset, byteLength }) =>
    isWhole
      ? new Uint32Array(buffer, byteOffset, byteLength / 4)
      : new Uint8Array(buffer, byteOffset, byteLength),
  ) as [Uint8Array | Uint32Array, Uint8Array | Uint32Array] // map keeps the length
  for (let i = 0; i < left.length; i++) if (left[i] !== right[i]) return false
  return true
}
