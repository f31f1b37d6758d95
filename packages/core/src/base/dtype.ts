/**
 * Every element type of ONNX in one table: how wide it is, what it holds, and its TensorProto code.
 * Source of codes and packing: onnx.proto, TensorProto.DataType (IR 14).
 */

export type DTypeKind = 'float' | 'int' | 'uint' | 'bool' | 'string' | 'complex'

export interface DTypeInfo {
  /** TensorProto.DataType code. */
  readonly code: number
  /** Bits of one element in raw_data; 0 for strings. */
  readonly bits: number
  readonly kind: DTypeKind
  /** ONNX's spelling inside `tensor(…)`. */
  readonly onnx: string
}

const table = {
  float32: { code: 1, bits: 32, kind: 'float', onnx: 'float' },
  uint8: { code: 2, bits: 8, kind: 'uint', onnx: 'uint8' },
  int8: { code: 3, bits: 8, kind: 'int', onnx: 'int8' },
  uint16: { code: 4, bits: 16, kind: 'uint', onnx: 'uint16' },
  int16: { code: 5, bits: 16, kind: 'int', onnx: 'int16' },
  int32: { code: 6, bits: 32, kind: 'int', onnx: 'int32' },
  int64: { code: 7, bits: 64, kind: 'int', onnx: 'int64' },
  string: { code: 8, bits: 0, kind: 'string', onnx: 'string' },
  bool: { code: 9, bits: 8, kind: 'bool', onnx: 'bool' },
  float16: { code: 10, bits: 16, kind: 'float', onnx: 'float16' },
  float64: { code: 11, bits: 64, kind: 'float', onnx: 'double' },
  uint32: { code: 12, bits: 32, kind: 'uint', onnx: 'uint32' },
  uint64: { code: 13, bits: 64, kind: 'uint', onnx: 'uint64' },
  complex64: { code: 14, bits: 64, kind: 'complex', onnx: 'complex64' },
  complex128: { code: 15, bits: 128, kind: 'complex', onnx: 'complex128' },
  bfloat16: { code: 16, bits: 16, kind: 'float', onnx: 'bfloat16' },
  float8e4m3fn: { code: 17, bits: 8, kind: 'float', onnx: 'float8e4m3fn' },
  float8e4m3fnuz: { code: 18, bits: 8, kind: 'float', onnx: 'float8e4m3fnuz' },
  float8e5m2: { code: 19, bits: 8, kind: 'float', onnx: 'float8e5m2' },
  float8e5m2fnuz: { code: 20, bits: 8, kind: 'float', onnx: 'float8e5m2fnuz' },
  uint4: { code: 21, bits: 4, kind: 'uint', onnx: 'uint4' },
  int4: { code: 22, bits: 4, kind: 'int', onnx: 'int4' },
  float4e2m1: { code: 23, bits: 4, kind: 'float', onnx: 'float4e2m1' },
  float8e8m0: { code: 24, bits: 8, kind: 'float', onnx: 'float8e8m0' },
  uint2: { code: 25, bits: 2, kind: 'uint', onnx: 'uint2' },
  int2: { code: 26, bits: 2, kind: 'int', onnx: 'int2' },
  float6e2m3: { code: 27, bits: 6, kind: 'float', onnx: 'float6e2m3' },
  float6e3m2: { code: 28, bits: 6, kind: 'float', onnx: 'float6e3m2' },
} as const satisfies Record<string, DTypeInfo>

/** An element type, in the spelling used all over Slipway. */
export type DType = keyof typeof table

export const dtypes: readonly DType[] = Object.keys(table) as DType[] // keys of a literal object

/** What is known of an element type. */
export function dtypeInfo(dtype: DType): DTypeInfo {
  return table[dtype]
}

const byCode: ReadonlyMap<number, DType> = new Map(dtypes.map((dtype) => [table[dtype].code, dtype]))

/** The element type of a TensorProto code, or undefined for an unknown code and for UNDEFINED (0). */
export function tryDTypeOfCode(code: number): DType | undefined {
  return byCode.get(code)
}

/** True where `text` spells an element type. */
export function isDType(text: string): text is DType {
  return Object.hasOwn(table, text)
}

/** True for the types whose elements need BigInt in the reference kernels. */
export function isInt64(dtype: DType): dtype is 'int64' | 'uint64' {
  return dtype === 'int64' || dtype === 'uint64'
}

/** True for complex64 and complex128. */
export function isComplex(dtype: DType): dtype is 'complex64' | 'complex128' {
  return table[dtype].kind === 'complex'
}

/** True for every real floating-point type, the narrow ones included. */
export function isFloat(dtype: DType): boolean {
  return table[dtype].kind === 'float'
}

/** True for the floats of 16 bits. */
export function isHalf(dtype: DType): dtype is 'float16' | 'bfloat16' {
  return dtype === 'float16' || dtype === 'bfloat16'
}

/** True for signed and unsigned integers, bool excluded. */
export function isInteger(dtype: DType): boolean {
  const { kind } = table[dtype]
  return kind === 'int' || kind === 'uint'
}

/** Smallest and largest value of an integer type. */
export function integerRange(dtype: DType): readonly [bigint, bigint] {
  const { kind, bits } = table[dtype]
  if (kind === 'uint') return [0n, (1n << BigInt(bits)) - 1n]
  return [-(1n << BigInt(bits - 1)), (1n << BigInt(bits - 1)) - 1n]
}

/** Bytes of `count` elements in raw_data, sub-byte types packed. */
export function packedByteLength(dtype: DType, count: number): number {
  return Math.ceil((count * table[dtype].bits) / 8)
}
