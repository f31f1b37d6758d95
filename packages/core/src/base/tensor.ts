/**
 * The host tensor: what goes into and comes out of a session. Elements lie in the narrowest typed array that
 * holds the dtype's bit patterns; sub-byte types are packed as ONNX packs raw_data, so that weights need no copy.
 */
import { type DType, dtypeInfo, packedByteLength } from './dtype.ts'
import { SlipwayError } from './errors.ts'
import { elementCount, type Shape } from './shape.ts'

/** The array that holds a dtype's elements. float16, bfloat16, float8, float6 and float4 hold bit patterns. */
export interface DataOf {
  readonly float32: Float32Array
  readonly float64: Float64Array
  readonly int8: Int8Array
  readonly int16: Int16Array
  readonly int32: Int32Array
  readonly int64: BigInt64Array
  readonly uint8: Uint8Array
  readonly uint16: Uint16Array
  readonly uint32: Uint32Array
  readonly uint64: BigUint64Array
  /** One byte per element, 0 or 1. */
  readonly bool: Uint8Array
  readonly string: readonly string[]
  readonly float16: Uint16Array
  readonly bfloat16: Uint16Array
  readonly float8e4m3fn: Uint8Array
  readonly float8e4m3fnuz: Uint8Array
  readonly float8e5m2: Uint8Array
  readonly float8e5m2fnuz: Uint8Array
  readonly float8e8m0: Uint8Array
  /** Four elements in three bytes, lowest bits first. */
  readonly float6e2m3: Uint8Array
  readonly float6e3m2: Uint8Array
  /** Two elements in a byte, low nibble first. */
  readonly float4e2m1: Uint8Array
  readonly int4: Uint8Array
  readonly uint4: Uint8Array
  /** Four elements in a byte, lowest bits first. */
  readonly int2: Uint8Array
  readonly uint2: Uint8Array
  /** Real and imaginary parts interleaved. */
  readonly complex64: Float32Array
  readonly complex128: Float64Array
}

export type TensorData = DataOf[DType]

/** A typed array, as opposed to the string array of string tensors. */
export type NumericData = Exclude<TensorData, readonly string[]>

export interface Tensor<D extends DType = DType> {
  readonly kind: 'tensor'
  readonly dtype: D
  readonly shape: Shape
  readonly data: DataOf[D]
}

const arrays = {
  float32: Float32Array,
  float64: Float64Array,
  int8: Int8Array,
  int16: Int16Array,
  int32: Int32Array,
  int64: BigInt64Array,
  uint8: Uint8Array,
  uint16: Uint16Array,
  uint32: Uint32Array,
  uint64: BigUint64Array,
  bool: Uint8Array,
  float16: Uint16Array,
  bfloat16: Uint16Array,
  float8e4m3fn: Uint8Array,
  float8e4m3fnuz: Uint8Array,
  float8e5m2: Uint8Array,
  float8e5m2fnuz: Uint8Array,
  float8e8m0: Uint8Array,
  float6e2m3: Uint8Array,
  float6e3m2: Uint8Array,
  float4e2m1: Uint8Array,
  int4: Uint8Array,
  uint4: Uint8Array,
  int2: Uint8Array,
  uint2: Uint8Array,
  complex64: Float32Array,
  complex128: Float64Array,
} as const satisfies Record<Exclude<DType, 'string'>, unknown>

/** The typed array class that holds a dtype's elements. */
export function arrayOf<D extends Exclude<DType, 'string'>>(dtype: D): (typeof arrays)[D] {
  return arrays[dtype]
}

/** Array elements that a tensor of this dtype and shape needs. */
export function dataLength(dtype: DType, shape: Shape): number {
  const count = elementCount(shape)
  if (dtypeInfo(dtype).kind === 'complex') return 2 * count
  return dtypeInfo(dtype).bits < 8 && dtype !== 'string' ? packedByteLength(dtype, count) : count
}

/**
 * A tensor over `data`, which is not copied.
 *
 * @example
 * const x = tensor('float32', [2, 2], Float32Array.of(1, 2, 3, 4))
 * x.shape // [2, 2]
 *
 * @throws SLP-B4 for a size that is not a non-negative integer, SLP-B1 where data and shape disagree.
 */
export function tensor<D extends DType>(dtype: D, shape: Shape, data: DataOf[D]): Tensor<D> {
  for (const size of shape) {
    if (!Number.isSafeInteger(size) || size < 0) {
      throw new SlipwayError(
        'SLP-B4',
        `Cannot make tensor: a size must be a non-negative integer, got [${shape}]`,
      )
    }
  }
  const wanted = dataLength(dtype, shape)
  if (data.length !== wanted) {
    throw new SlipwayError(
      'SLP-B1',
      `Cannot make tensor ${dtype}[${shape}]: it needs ${wanted} array elements, got ${data.length}`,
    )
  }
  return { kind: 'tensor', dtype, shape, data }
}

/** Bytes that the elements take in memory; strings count two per UTF-16 unit. */
export function tensorByteLength({ data }: Tensor): number {
  if (Array.isArray(data)) return data.reduce((sum: number, text: string) => sum + 2 * text.length, 0)
  return (data as NumericData).byteLength // Array.isArray does not narrow a readonly array away
}
