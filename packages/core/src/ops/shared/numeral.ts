/** Numbers as text, in both directions, for Cast from and to strings. */
import { type DType, dtypeInfo } from '../../base/dtype.ts'
import { roundFloat } from '../../base/round-float.ts'
import { refuseValue } from '../refuse.ts'

const decimal = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i
const special = /^([+-]?)(inf|infinity|nan)$/i

/**
 * The number that a text spells: plain or scientific decimals, INF and NaN in any case, blanks around them.
 * Integers come as BigInt, so that 64 bits keep their value. Throws SLP-O4 for other texts.
 */
export function parseNumeral(text: string): number | bigint {
  const trimmed = text.trim()
  if (/^[+-]?\d+$/.test(trimmed)) return BigInt(trimmed.replace(/^\+/, ''))
  if (decimal.test(trimmed)) return Number(trimmed)
  const found = special.exec(trimmed)
  if (!found) return refuseValue('a string must spell a number, such as 3.14, 1e-5, INF or NaN', text)
  if (found[2]!.toLowerCase() === 'nan') return Number.NaN
  return found[1] === '-' ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY
}

/**
 * The shortest decimal that rounds back to `value` in its type, or in float32 for the types of 8 bits and less, which
 * few digits would misstate (96 is the float8 next to 100). NaN, INF and -INF for what is not finite.
 */
export function numeralText(dtype: DType, value: number): string {
  if (Number.isNaN(value)) return 'NaN'
  if (!Number.isFinite(value)) return value > 0 ? 'INF' : '-INF'
  if (Object.is(value, -0)) return '-0'
  const judge = dtypeInfo(dtype).bits < 16 ? 'float32' : dtype
  // 17 digits tell any two float64 apart.
  for (let digits = 1; digits <= 17; digits++) {
    const short = Number(value.toPrecision(digits))
    if (roundFloat(judge, short) === value) return String(short)
  }
  return String(value)
}
