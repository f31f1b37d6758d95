/** Natural logarithm of vectors. */
import type { FunctionBuilder } from '../../wasm/index.ts'
import { f32x4, i32, i32x4, op } from '../../wasm/index.ts'
import type { Target } from '../target.ts'
import { madd, type V128 } from './vectors.ts'

const coefficients = [
  7.0376836292e-2, -1.151461031e-1, 1.167699874e-1, -1.2420140846e-1, 1.4249322787e-1, -1.6668057665e-1,
  2.0000714765e-1, -2.4999993993e-1, 3.3333331174e-1,
]

/** log x of normal positive x; a NaN stays one. */
export function emitLog(f: FunctionBuilder, target: Target, value: V128): V128 {
  const x = f.let(value)
  const bits = f.let(op('i32x4.sub', x, i32x4(0x3f3504f3)))
  const exponent = f.let(op('f32x4.convert_i32x4_s', op('i32x4.shr_s', bits, i32(23))))
  const mantissa = op('i32x4.add', op('v128.and', bits, i32x4(0x7fffff)), i32x4(0x3f3504f3))
  const r = f.let(op('f32x4.sub', mantissa, f32x4(1)))
  const p = f.let(f32x4(coefficients[0]!))
  for (const c of coefficients.slice(1)) f.set(p, madd(target, p, r, f32x4(c)))
  const square = f.let(op('f32x4.mul', r, r))
  f.set(p, op('f32x4.mul', op('f32x4.mul', p, r), square))
  f.set(p, madd(target, square, f32x4(-0.5), p))
  const log = f.let(madd(target, exponent, f32x4(Math.LN2), op('f32x4.add', p, r)))
  return op('v128.bitselect', log, x, op('f32x4.eq', x, x))
}
