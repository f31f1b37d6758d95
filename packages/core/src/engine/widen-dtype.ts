/** Conversions between dtypes that keep every value, whatever it is. */
import { type DType, dtypeInfo, integerRange, isInt64 } from '../base/dtype.ts'
import type { Tensor } from '../base/tensor.ts'
import { narrow, widen, wideZeros } from '../base/wide.ts'

/** Significand bits, the implicit one included, and the exponent of the largest binade. */
const precision: Partial<Record<DType, readonly [bits: number, exponent: number]>> = {
  float16: [11, 15],
  bfloat16: [8, 127],
  float32: [24, 127],
  float64: [53, 1023],
}

/** True where every value of `from` is a value of `to`. */
export function keepsValues(from: DType, to: DType): boolean {
  if (from === to || (from === 'complex64' && to === 'complex128')) return true
  const [source, target] = [dtypeInfo(from), dtypeInfo(to)]
  const isInt = source.kind === 'int' || source.kind === 'uint'
  if (isInt && (target.kind === 'int' || target.kind === 'uint')) {
    const [low, high] = integerRange(from)
    const [least, most] = integerRange(to)
    return low >= least && high <= most
  }
  const wide = precision[to]
  if (!wide) return false
  if (isInt) return source.bits - (source.kind === 'int' ? 1 : 0) <= Math.min(wide[0], wide[1])
  if (source.kind !== 'float') return false
  const own = precision[from]
  if (own) return own[0] <= wide[0] && own[1] <= wide[1]
  // The formats of 8 bits and fewer lie inside float32, float8e8m0 with its 2^-127 as a subnormal.
  return wide[0] >= 24
}

/** The same values in another dtype, for which `keepsValues` must hold. */
export function toDType(source: Tensor, dtype: DType): Tensor {
  const { data } = widen(source)
  const out = wideZeros(dtype, source.shape)
  for (let i = 0; i < data.length; i++) out.data[i] = isInt64(dtype) ? BigInt(data[i]!) : Number(data[i])
  return narrow(out)
}
