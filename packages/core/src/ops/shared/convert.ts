/** Values of one element type as values of another: the rules of Cast. */
import type { Dim } from '../../base/dim.ts'
import { type DType, dtypeInfo, isFloat } from '../../base/dtype.ts'
import { oddFloat64, roundFloat } from '../../base/round-float.ts'
import { decodeE8M0, encodeE8M0, type PowerRounding } from '../../base/small-float.ts'
import { type WideTensor, wideZeros } from '../../base/wide.ts'
import { type TensorFact, tensorFact, valuesOf } from '../fact.ts'
import { float8s } from '../types.ts'
import { numeralText, parseNumeral } from './numeral.ts'
import { isEqual, isTracked, negate, trackedElements } from './tracked.ts'

export interface ConvertOptions {
  /** float8 only: the largest finite value instead of infinity or NaN. */
  readonly saturate: boolean
  /** float8e8m0 only. */
  readonly rounding: PowerRounding
}

type Scalar = number | bigint

/**
 * x in another element type. Floats round to nearest even; integers lose their high bits; floats become integers by
 * truncation, wrapping around, NaN and infinities to 0; anything but zero is true. Throws SLP-O4 for a string
 * that spells no number.
 */
export function convert(x: WideTensor, dtype: DType, options: ConvertOptions): WideTensor {
  if (dtype === x.dtype) return { ...x, data: x.data.slice() }
  const out = wideZeros(dtype, x.shape)
  const { data } = x
  if (Array.isArray(out.data)) {
    for (let i = 0; i < data.length; i++) out.data[i] = toText(x.dtype, data[i]!)
  } else if (out.data instanceof Float64Array) {
    const change = toNumber(dtype, options)
    for (let i = 0; i < data.length; i++) out.data[i] = change(scalar(data[i]!))
  } else {
    for (let i = 0; i < data.length; i++) out.data[i] = toBigInt(scalar(data[i]!))
  }
  return out
}

const scalar = (element: Scalar | string): Scalar =>
  typeof element === 'string' ? parseNumeral(element) : element

function toText(dtype: DType, element: Scalar | string): string {
  if (typeof element === 'string') return element
  return isFloat(dtype) ? numeralText(dtype, Number(element)) : String(element)
}

/** The BigInt arrays wrap what they store. */
function toBigInt(value: Scalar): bigint {
  if (typeof value === 'bigint') return value
  return Number.isFinite(value) ? BigInt(Math.trunc(value)) : 0n
}

function toNumber(dtype: DType, options: ConvertOptions): (value: Scalar) => number {
  if (dtype === 'bool') return (value) => (value === 0 || value === 0n ? 0 : 1)
  if (dtype === 'float64') return Number
  if (dtype === 'float8e8m0') {
    return (value) => decodeE8M0(encodeE8M0(toFloat(value), options.rounding, options.saturate))
  }
  const float8: readonly string[] = float8s
  const saturate = options.saturate && float8.includes(dtype)
  if (isFloat(dtype)) return (value) => roundFloat(dtype, toFloat(value), { saturate })
  return (value) => wrapInteger(dtype, value)
}

const toFloat = (value: Scalar): number => (typeof value === 'bigint' ? oddFloat64(value) : value)

function wrapInteger(dtype: DType, value: Scalar): number {
  const { kind, bits } = dtypeInfo(dtype)
  if (typeof value === 'number' && !Number.isFinite(value)) return 0
  const whole = typeof value === 'bigint' ? Number(BigInt.asIntN(32, value)) : Math.trunc(value)
  // The remainder of a float64 by a power of two is exact.
  const rest = whole % 2 ** bits
  const positive = rest < 0 ? rest + 2 ** bits : rest
  return kind === 'int' && positive >= 2 ** (bits - 1) ? positive - 2 ** bits : positive
}

/** The fact of x in another element type; tracked elements stay tracked where the type holds them. */
export function convertFact(x: TensorFact, dtype: DType): TensorFact {
  const values = isTracked(dtype) && isTracked(x.dtype) ? valuesOf(x) : undefined
  const element = (value: Dim) => (dtype === 'bool' ? negate(isEqual(value, 0)) : value)
  return tensorFact(
    dtype,
    x.shape,
    values && trackedElements(dtype, values.length, (i) => element(values[i]!)),
  )
}
