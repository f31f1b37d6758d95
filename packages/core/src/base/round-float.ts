/** One float64 as the nearest value of a float type: what a store to that type and a load give back. */
import type { DType } from './dtype.ts'
import {
  decodeE8M0,
  decodeSmallFloat,
  type EncodeOptions,
  encodeE8M0,
  encodeSmallFloat,
  isSmallFloat,
} from './small-float.ts'

/** `value` rounded to a float type, ties to even; other types leave it as it is. */
export function roundFloat(dtype: DType, value: number, options: EncodeOptions = {}): number {
  if (dtype === 'float32') return Math.fround(value)
  if (isSmallFloat(dtype)) return decodeSmallFloat(dtype, encodeSmallFloat(dtype, value, options))
  return dtype === 'float8e8m0' ? decodeE8M0(encodeE8M0(value, 'nearest', options.saturate ?? true)) : value
}

/**
 * A 64-bit integer as a float64 that rounds to every narrower float type as the integer itself would: bits beyond
 * the 53rd are folded into a sticky lowest bit (rounding to odd; Boldo and Melquiond, 2008).
 */
export function oddFloat64(value: bigint): number {
  const magnitude = value < 0n ? -value : value
  if (magnitude < 2n ** 53n) return Number(value)
  const sticky = (magnitude & 0x7ffn) === 0n ? 0n : 1n
  const kept = Number((magnitude >> 11n) | sticky) * 2 ** 11
  return value < 0n ? -kept : kept
}
