/**
 * Plain JavaScript values as the elements of a dtype. Numbers have no dtype, so they are rounded to any float
 * type; integers, BigInts and the elements of integer arrays must arrive unchanged.
 */
import { type DType, dtypeInfo, integerRange, isComplex, isFloat, isInt64, isInteger } from '../base/dtype.ts'
import { SlipwayError } from '../base/errors.ts'
import { isSmallFloat } from '../base/small-float.ts'
import { arrayOf, type NumericData, type TensorData } from '../base/tensor.ts'
import { narrow, type WideTensor, widen, wideZeros } from '../base/wide.ts'

export type Scalar = number | bigint | boolean | string
export type TypedArray = NumericData | Uint8ClampedArray

/** Elements without a dtype of their own. */
export type Elements = TypedArray | readonly Scalar[]

/** Array elements of `dtype`; the given array itself where it is of the right class. */
export function toElements(dtype: DType, given: Elements, label: string): TensorData {
  const plain = ArrayBuffer.isView(given) ? 'typed array' : 'array'
  if (isComplex(dtype) || (plain === 'typed array' && holdsPatterns(dtype, given))) {
    throw wrongType(label, dtype, `a ${plain}`, `Give tensor('${dtype}', shape, data) instead.`)
  }
  if (dtype === 'string') return toStrings(given, label)
  if (ArrayBuffer.isView(given) && given instanceof arrayOf(dtype) && dtype !== 'bool') {
    return exactClass(dtype, given)
  }
  const out = wideZeros(dtype, [given.length])
  fill(out, given, label)
  const result = narrow(out)
  if (isFloat(dtype)) assertFinite(given, result.data, dtype, label)
  if (isFloat(dtype) && isIntegerArray(given)) assertUnchanged(out, result.data, dtype, label)
  return result.data
}

/** Numbers and bit patterns would look alike in an array that holds patterns of the dtype. */
function holdsPatterns(dtype: DType, given: Elements): boolean {
  if (dtype === 'string') return false
  const patterns = dtypeInfo(dtype).bits < 8 || isSmallFloat(dtype) || dtype === 'float8e8m0'
  return patterns && given instanceof arrayOf(dtype)
}

/** The same memory without what a subclass adds: a Node Buffer's slice() copies nothing, for instance. */
function exactClass(dtype: Exclude<DType, 'string'>, given: TypedArray): TensorData {
  const Data = arrayOf(dtype) as new (buffer: ArrayBufferLike, at: number, length: number) => NumericData // each class takes these
  return given.constructor === Data
    ? (given as NumericData) // the class of the dtype
    : new Data(given.buffer, given.byteOffset, given.length)
}

function isIntegerArray(given: Elements): boolean {
  return ArrayBuffer.isView(given) && !(given instanceof Float32Array || given instanceof Float64Array)
}

function toStrings(given: Elements, label: string): readonly string[] {
  return Array.from<Scalar, string>(given, (value, i) => {
    if (typeof value === 'string') return value
    throw wrongType(label, 'string', `${describe(value)} at element ${i}`)
  })
}

function fill({ dtype, data }: WideTensor, given: Elements, label: string): void {
  for (let i = 0; i < given.length; i++) {
    const value = given[i]!
    const fits = dtype === 'bool' ? toBool(value) : isFloat(dtype) ? toFloat(value) : toInteger(value, dtype)
    if (fits === 'wrong type') throw wrongType(label, dtype, `${describe(value)} at element ${i}`)
    if (fits === 'wrong value') throw wrongValue(label, dtype, `${describe(value)} at element ${i}`)
    data[i] = isInt64(dtype) ? BigInt(fits) : Number(fits)
  }
}

type Fit = number | bigint | 'wrong type' | 'wrong value'

function toBool(value: Scalar): Fit {
  if (typeof value === 'string') return 'wrong type'
  const number = Number(value)
  return number === 0 || number === 1 ? number : 'wrong value'
}

function toFloat(value: Scalar): Fit {
  if (typeof value === 'number') return value
  if (typeof value !== 'bigint') return 'wrong type'
  return BigInt(Number(value)) === value ? Number(value) : 'wrong value'
}

function toInteger(value: Scalar, dtype: DType): Fit {
  if (typeof value !== 'number' && typeof value !== 'bigint') return 'wrong type'
  if (typeof value === 'number' && !Number.isInteger(value)) return 'wrong value'
  const [low, high] = integerRange(dtype)
  return value >= low && value <= high ? value : 'wrong value'
}

function assertFinite(given: Elements, out: TensorData, dtype: DType, label: string): void {
  const stored = widen({ kind: 'tensor', dtype, shape: [given.length], data: out } as never).data // data was made for dtype
  for (let i = 0; i < given.length; i++) {
    const value = Number(given[i])
    if (Number.isFinite(value) && !Number.isFinite(stored[i])) {
      throw wrongValue(label, dtype, `${value} at element ${i}`)
    }
  }
}

function assertUnchanged(source: WideTensor, out: TensorData, dtype: DType, label: string): void {
  const stored = widen({ ...source, data: out } as never).data // data was made for dtype
  for (let i = 0; i < stored.length; i++) {
    if (stored[i] !== source.data[i]) throw wrongValue(label, dtype, `${source.data[i]} at element ${i}`)
  }
}

function describe(value: Scalar): string {
  return typeof value === 'string' ? `"${value}"` : String(value)
}

/** SLP-S3 for a value of another kind than the input takes. */
export function wrongType(label: string, expected: string, got: string, remedy?: string): SlipwayError {
  return new SlipwayError('SLP-S3', `Cannot use input ${label}: it must be ${expected}, got ${got}`, {
    expected,
    got,
    ...(remedy !== undefined && { remedy }),
  })
}

function wrongValue(label: string, dtype: DType, got: string): SlipwayError {
  const rule = dtype === 'bool' ? 'true, false, 0 or 1' : isInteger(dtype) ? intervalText(dtype) : dtype
  return new SlipwayError('SLP-B3', `Cannot use input ${label}: its elements must be ${rule}, got ${got}`, {
    expected: dtype,
    got,
  })
}

function intervalText(dtype: DType): string {
  const [low, high] = integerRange(dtype)
  return `integers from ${low} to ${high} (${dtype})`
}
