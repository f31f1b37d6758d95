/**
 * Logarithms of four floats: x = 2^e · m with m in [√½, √2), and log m by a polynomial in m - 1. Coefficients: minimax
 * (Remez exchange) of (log(1 + f) - f + f²/2) / f³, relative error 6e-9 of the logarithm.
 */
import { i32, op } from '../../wasm/index.ts'
import type { Vector, VectorFunction, VectorMath } from './vector-math.ts'

const ln2High = 0.693359375
const ln2Low = -0.00021219444005469057
const tail = [
  0.333333313, -0.250008196, 0.200012267, -0.166233569, 0.142017573, -0.131601825, 0.12761578, -0.0763449892,
]
const rootHalf = 0x3f3504f3
const one = 0x3f800000

/** log x + extra for a normal x > 0, where 2^-shift is taken off. */
function logNormal(v: VectorMath, x: Vector, extra?: Vector, shift?: Vector): Vector {
  const { f, madd, nmadd, number, bits } = v
  const moved = f.let(op('i32x4.add', x, bits(one - rootHalf)))
  const exponent = op('i32x4.sub', op('i32x4.shr_s', moved, i32(23)), bits(127))
  const e = f.let(op('f32x4.convert_i32x4_s', shift ? op('i32x4.sub', exponent, shift) : exponent))
  const m = op('i32x4.add', op('v128.and', moved, bits(0x7fffff)), bits(rootHalf))
  const d = f.let(op('f32x4.sub', m, number(1)))
  const square = f.let(op('f32x4.mul', d, d))
  const cubic = op('f32x4.mul', op('f32x4.mul', v.polynomial(d, tail), d), square)
  const low = madd(e, number(ln2Low), extra ? op('f32x4.add', cubic, extra) : cubic)
  const rest = nmadd(square, number(0.5), low)
  return madd(e, number(ln2High), op('f32x4.add', d, rest))
}

/** `result` where x > 0 is finite, else what a logarithm of x is. */
function special({ number, choose }: VectorMath, x: Vector, result: Vector): Vector {
  const finite = choose(op('f32x4.lt', x, number(Number.POSITIVE_INFINITY)), result, x)
  const zero = choose(op('f32x4.eq', x, number(0)), number(Number.NEGATIVE_INFINITY), finite)
  // A mask of ones is NaN.
  return op('v128.or', zero, op('f32x4.lt', x, number(0)))
}

/** log x; -Infinity at ±0, NaN below. */
export const vectorLog: VectorFunction = (v, x) => {
  const { f, number, bits, choose } = v
  const tiny = f.let(op('f32x4.lt', x, number(2 ** -126)))
  const normal = choose(tiny, op('f32x4.mul', x, number(2 ** 23)), x)
  return special(v, x, logNormal(v, f.let(normal), undefined, op('v128.and', tiny, bits(23))))
}

/** log(1 + x), with what 1 + x loses to rounding put back in. */
export const vectorLog1p: VectorFunction = (v, x) => {
  const { f, number, bits, choose } = v
  const sum = f.let(op('f32x4.add', x, number(1)))
  const lost = op('f32x4.sub', x, op('f32x4.sub', sum, number(1)))
  const result = special(v, sum, logNormal(v, sum, op('f32x4.div', lost, sum)))
  const finite = choose(op('f32x4.lt', x, number(Number.POSITIVE_INFINITY)), result, x)
  // The result has the sign of x; this keeps that of -0.
  return op('v128.or', finite, op('v128.and', x, bits(0x80000000)))
}
