/** Powers of real and of whole numbers. */
import { refuseValue } from '../../refuse.ts'

/** IEEE 754 pow. JavaScript's own differs where the base is 1 or -1: it gives NaN for an exponent without end. */
export function realPower(base: number, exponent: number): number {
  if (base === 1 || (base === -1 && Math.abs(exponent) === Number.POSITIVE_INFINITY)) return 1
  return base ** exponent
}

/**
 * base^exponent modulo 2^64, with a fraction cut off toward zero.
 *
 * @throws SLP-O4 where the power is infinite or not a real number.
 */
export function integerPower(base: bigint, exponent: number | bigint | string): bigint {
  const whole = wholeExponent(exponent)
  if (whole === undefined) {
    const power = realPower(Number(base), Number(exponent))
    if (!Number.isFinite(power)) refusePower(base, exponent)
    return BigInt(Math.trunc(power))
  }
  if (whole >= 0n) return powerModulo64(base, whole)
  if (base === 0n) refusePower(base, exponent)
  if (base === 1n || base === -1n) return whole % 2n === 0n ? 1n : base
  return 0n
}

function wholeExponent(exponent: number | bigint | string): bigint | undefined {
  if (typeof exponent === 'bigint') return exponent
  return Number.isInteger(exponent) ? BigInt(exponent) : undefined
}

/** Square and multiply, cut to 64 bits at each step. */
function powerModulo64(base: bigint, exponent: bigint): bigint {
  let power = 1n
  for (let square = base, rest = exponent; rest > 0n; rest >>= 1n) {
    if (rest & 1n) power = BigInt.asIntN(64, power * square)
    square = BigInt.asIntN(64, square * square)
  }
  return power
}

function refusePower(base: bigint, exponent: number | bigint | string): never {
  return refuseValue('the power of integers must be finite and real', `${base} ^ ${exponent}`)
}
