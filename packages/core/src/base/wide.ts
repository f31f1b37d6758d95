/**
 * The tensor of the reference kernels: float64 for every type that fits it, BigInt for 64-bit integers, text for
 * strings. Kernels compute in this form; `narrow` rounds a result to its dtype, as a store would.
 */
import { type DType, dtypeInfo, integerRange, isComplex, isInt64 } from './dtype.ts'
import { getPacked, setPacked } from './packed.ts'
import { elementCount, type Shape } from './shape.ts'
import { decodeE8M0, decodeSmallFloat, encodeE8M0, encodeSmallFloat, isSmallFloat } from './small-float.ts'
import { arrayOf, dataLength, type Tensor, type TensorData, tensor } from './tensor.ts'
import type { Value } from './value.ts'

export type WideData = Float64Array | BigInt64Array | BigUint64Array | string[]

/** Complex tensors hold two numbers per element, real and imaginary part interleaved. */
export interface WideTensor {
  readonly kind: 'tensor'
  readonly dtype: DType
  readonly shape: Shape
  readonly data: WideData
}

export type WideValue = Value<WideTensor>

/** Numbers per element: 2 for complex types, else 1. */
export function lanesOf(dtype: DType): 1 | 2 {
  return isComplex(dtype) ? 2 : 1
}

/** Zeros, or empty strings, for a dtype. */
export function wideZeros(dtype: DType, shape: Shape): WideTensor {
  const length = elementCount(shape) * lanesOf(dtype)
  return { kind: 'tensor', dtype, shape, data: zeroData(dtype, length) }
}

function zeroData(dtype: DType, length: number): WideData {
  if (dtype === 'string') return new Array<string>(length).fill('')
  if (dtype === 'int64') return new BigInt64Array(length)
  if (dtype === 'uint64') return new BigUint64Array(length)
  return new Float64Array(length)
}

/** A wide tensor over `data`, which is not copied. */
export function wide(dtype: DType, shape: Shape, data: WideData): WideTensor {
  return { kind: 'tensor', dtype, shape, data }
}

/** The same values in the form that reference kernels compute with. */
export function widen(source: Tensor): WideTensor {
  const { dtype, shape } = source
  return { kind: 'tensor', dtype, shape, data: widenData(dtype, source.data, dataLengthWide(dtype, shape)) }
}

function dataLengthWide(dtype: DType, shape: Shape): number {
  return elementCount(shape) * lanesOf(dtype)
}

function widenData(dtype: DType, data: TensorData, length: number): WideData {
  if (dtype === 'string') return [...(data as readonly string[])] // dtype decides the array
  if (isInt64(dtype)) return (data as BigInt64Array | BigUint64Array).slice() // dtype decides the array
  const source = data as Exclude<TensorData, readonly string[] | BigInt64Array | BigUint64Array> // as above
  if (holdsValues(dtype)) return new Float64Array(source)
  const { bits, kind } = dtypeInfo(dtype)
  const out = new Float64Array(length)
  for (let i = 0; i < length; i++) {
    const pattern = bits < 8 ? getPacked(source as Uint8Array, bits, i) : source[i]! // sub-byte types lie in bytes
    out[i] = decode(dtype, kind === 'int' && bits < 8 ? signExtend(pattern, bits) : pattern)
  }
  return out
}

/** True where the typed array's own elements are the values, so that JavaScript converts them on a store. */
function holdsValues(dtype: DType): boolean {
  const { bits } = dtypeInfo(dtype)
  return bits >= 8 && dtype !== 'bool' && dtype !== 'float8e8m0' && !isSmallFloat(dtype)
}

function decode(dtype: DType, pattern: number): number {
  if (isSmallFloat(dtype)) return decodeSmallFloat(dtype, pattern)
  return dtype === 'float8e8m0' ? decodeE8M0(pattern) : pattern
}

function signExtend(pattern: number, bits: number): number {
  return pattern >= 2 ** (bits - 1) ? pattern - 2 ** bits : pattern
}

/**
 * Rounds wide values to their dtype: floats to nearest even, integers by truncation and wrap-around (what a
 * two's-complement store does), bool to 0 or 1.
 */
export function narrow(source: WideTensor): Tensor {
  const { dtype, shape } = source
  if (dtype === 'string') return tensor('string', shape, source.data as string[]) // dtype decides the array
  if (dtype === 'int64') return tensor('int64', shape, source.data as BigInt64Array) // as above
  if (dtype === 'uint64') return tensor('uint64', shape, source.data as BigUint64Array) // as above
  const values = source.data as Float64Array // every other dtype is wide as float64
  const { bits } = dtypeInfo(dtype)
  const out = new (arrayOf(dtype))(dataLength(dtype, shape)) as Exclude<
    TensorData,
    readonly string[] | BigInt64Array | BigUint64Array
  > // the two BigInt classes are excluded by the branches above
  // A typed array store wraps integers modulo 2^bits and turns non-finite values to 0.
  if (holdsValues(dtype)) {
    out.set(values)
    return tensor(dtype, shape, out as never) // the class was chosen by dtype
  }
  for (let i = 0; i < values.length; i++) {
    const pattern = encode(dtype, values[i]!)
    if (bits < 8) setPacked(out as Uint8Array, bits, i, pattern & (2 ** bits - 1))
    else out[i] = pattern
  }
  return tensor(dtype, shape, out as never) // the class was chosen by dtype
}

function encode(dtype: DType, value: number): number {
  if (isSmallFloat(dtype)) return encodeSmallFloat(dtype, value)
  if (dtype === 'float8e8m0') return encodeE8M0(value)
  if (dtype === 'bool') return value ? 1 : 0
  return value
}

/** True where every value of a float64 array is one of the integers that `dtype` holds. */
export function fitsInteger(dtype: DType, value: number): boolean {
  const [low, high] = integerRange(dtype)
  return Number.isInteger(value) && value >= Number(low) && value <= Number(high)
}

/** Applies `convert` to every tensor inside a value. */
export function mapTensors<A, B>(
  value: Value<A>,
  convert: (tensor: A) => B,
  isTensor: (v: Value<A>) => v is A,
): Value<B> {
  if (isTensor(value)) return convert(value)
  switch (value.kind) {
    case 'sequence':
      return { ...value, items: value.items.map((item) => mapTensors(item, convert, isTensor)) }
    case 'optional':
      return {
        ...value,
        value: value.value === undefined ? undefined : mapTensors(value.value, convert, isTensor),
      }
    case 'map':
      return { kind: 'map', keys: convert(value.keys), values: convert(value.values) }
    default:
      return value satisfies never
  }
}

const isHostTensor = (value: Value): value is Tensor => value.kind === 'tensor'
const isWideTensor = (value: WideValue): value is WideTensor => value.kind === 'tensor'

/** A value with every tensor in it in wide form. */
export function widenValue(value: Value): WideValue {
  return mapTensors(value, widen, isHostTensor)
}

/** A value with every tensor in it rounded to its dtype. */
export function narrowValue(value: WideValue): Value {
  return mapTensors(value, narrow, isWideTensor)
}
