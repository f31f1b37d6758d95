/**
 * Encoding and decoding of every binary float narrower than 32 bits, with round-to-nearest-even.
 * One description per format; the same two functions serve all of them.
 * Sources: IEEE 754-2019; OCP 8-bit Floating Point and Microscaling Formats 1.0; ONNX "Float stored in 8 bits".
 */
import type { DType } from './dtype.ts'
import { roundHalfEven } from './round-half-even.ts'

interface SmallFloat {
  readonly exponentBits: number
  readonly mantissaBits: number
  readonly bias: number
  /** What the non-finite patterns mean: IEEE infinities and NaNs, one NaN without infinities, or none at all. */
  readonly special: 'ieee' | 'nan-all-ones' | 'nan-negative-zero' | 'none'
}

const formats = {
  float16: { exponentBits: 5, mantissaBits: 10, bias: 15, special: 'ieee' },
  bfloat16: { exponentBits: 8, mantissaBits: 7, bias: 127, special: 'ieee' },
  float8e4m3fn: { exponentBits: 4, mantissaBits: 3, bias: 7, special: 'nan-all-ones' },
  float8e4m3fnuz: { exponentBits: 4, mantissaBits: 3, bias: 8, special: 'nan-negative-zero' },
  float8e5m2: { exponentBits: 5, mantissaBits: 2, bias: 15, special: 'ieee' },
  float8e5m2fnuz: { exponentBits: 5, mantissaBits: 2, bias: 16, special: 'nan-negative-zero' },
  float6e2m3: { exponentBits: 2, mantissaBits: 3, bias: 1, special: 'none' },
  float6e3m2: { exponentBits: 3, mantissaBits: 2, bias: 3, special: 'none' },
  float4e2m1: { exponentBits: 2, mantissaBits: 1, bias: 1, special: 'none' },
} as const satisfies Partial<Record<DType, SmallFloat>>

export type SmallFloatType = keyof typeof formats

/** True for the float types whose bit patterns this file reads and writes. */
export function isSmallFloat(dtype: DType): dtype is SmallFloatType {
  return Object.hasOwn(formats, dtype)
}

/** How a value beyond the largest finite one is stored. */
export interface EncodeOptions {
  /** True: the largest finite value; false: infinity, or NaN where the format has no infinity. */
  readonly saturate?: boolean
}

/** The bit pattern of the largest finite value, sign excluded. */
export function maxFinitePattern(dtype: SmallFloatType): number {
  const { exponentBits, mantissaBits, special } = formats[dtype]
  const all = 2 ** (exponentBits + mantissaBits) - 1
  if (special === 'ieee') return all - 2 ** mantissaBits
  return special === 'nan-all-ones' ? all - 1 : all
}

/** The value of a bit pattern. */
export function decodeSmallFloat(dtype: SmallFloatType, pattern: number): number {
  const { exponentBits, mantissaBits, bias, special } = formats[dtype]
  const signBit = 2 ** (exponentBits + mantissaBits)
  const magnitude = pattern & (signBit - 1)
  const negative = (pattern & signBit) !== 0
  if (special === 'nan-negative-zero' && negative && magnitude === 0) return Number.NaN
  if (special === 'nan-all-ones' && magnitude === signBit - 1) return Number.NaN
  const exponent = magnitude >> mantissaBits
  const mantissa = magnitude & (2 ** mantissaBits - 1)
  let value: number
  if (special === 'ieee' && exponent === 2 ** exponentBits - 1) {
    value = mantissa === 0 ? Number.POSITIVE_INFINITY : Number.NaN
  } else if (exponent === 0) {
    value = mantissa * 2 ** (1 - bias - mantissaBits)
  } else {
    value = (mantissa + 2 ** mantissaBits) * 2 ** (exponent - bias - mantissaBits)
  }
  return negative ? -value : value
}

function nanPattern({ exponentBits, mantissaBits, special }: SmallFloat): number {
  const signBit = 2 ** (exponentBits + mantissaBits)
  if (special === 'nan-negative-zero') return signBit
  if (special === 'nan-all-ones') return signBit - 1
  // Formats without NaN turn it into negative zero, as ONNX's conformance data do.
  if (special === 'none') return signBit
  return (2 ** exponentBits - 1) * 2 ** mantissaBits + 2 ** (mantissaBits - 1)
}

function overflowPattern(format: SmallFloat, dtype: SmallFloatType, saturate: boolean): number {
  if (saturate || format.special === 'none') return maxFinitePattern(dtype)
  if (format.special === 'ieee') return (2 ** format.exponentBits - 1) * 2 ** format.mantissaBits
  return nanPattern(format)
}

/** The bit pattern nearest to `value`; ties go to the even pattern. */
export function encodeSmallFloat(
  dtype: SmallFloatType,
  value: number,
  { saturate = false }: EncodeOptions = {},
): number {
  const format: SmallFloat = formats[dtype]
  const { mantissaBits, bias } = format
  if (Number.isNaN(value)) return nanPattern(format)
  const magnitude = Math.abs(value)
  const negative = value < 0 || Object.is(value, -0)
  let pattern: number
  if (magnitude === Number.POSITIVE_INFINITY) {
    pattern = overflowPattern(format, dtype, saturate)
  } else {
    const exponent = Math.max(floorLog2(magnitude), 1 - bias)
    // In units of the last place the pattern is linear within a binade, and a carry runs into the exponent.
    const units = roundHalfEven(magnitude * 2 ** (mantissaBits - exponent))
    pattern = units + (exponent - 1 + bias) * 2 ** mantissaBits
    if (pattern > maxFinitePattern(dtype)) pattern = overflowPattern(format, dtype, saturate)
  }
  const signBit = 2 ** (format.exponentBits + mantissaBits)
  if (format.special === 'nan-negative-zero' && (pattern === 0 || pattern === signBit)) return pattern
  return negative ? pattern + signBit : pattern
}

/** ⌊log2 x⌋ for x ≥ 0, exact; -1074 stands for zero. */
function floorLog2(x: number): number {
  if (x === 0) return -1074
  const guess = Math.floor(Math.log2(x))
  if (2 ** guess > x) return guess - 1
  return 2 ** (guess + 1) <= x ? guess + 1 : guess
}

/** How a value between two powers of two is stored in float8e8m0. */
export type PowerRounding = 'up' | 'down' | 'nearest'

/**
 * FLOAT8E8M0: a bare exponent; 255 is NaN. Negative values have no pattern and become NaN. What lies outside
 * [2^-127, 2^127], zero included, goes to the nearer end where `saturate` is true and to NaN otherwise.
 */
export function encodeE8M0(value: number, rounding: PowerRounding = 'nearest', saturate = true): number {
  if (Number.isNaN(value) || value < 0) return 255
  if (value === Number.POSITIVE_INFINITY) return saturate ? 254 : 255
  const exponent = floorLog2(value)
  const fraction = value / 2 ** exponent
  const up = rounding === 'up' ? fraction > 1 : rounding === 'nearest' && fraction >= 1.5
  const pattern = exponent + 127 + (up ? 1 : 0)
  if (pattern > 254) return saturate ? 254 : 255
  if (pattern < 0) return saturate ? 0 : 255
  return pattern
}

/** The power of two that a float8e8m0 pattern stands for; 255 is NaN. */
export function decodeE8M0(pattern: number): number {
  return pattern === 255 ? Number.NaN : 2 ** (pattern - 127)
}
