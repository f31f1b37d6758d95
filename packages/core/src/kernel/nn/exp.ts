/** Exponential of vectors. */
import type { FunctionBuilder } from '../../wasm/index.ts'
import { f32x4, i32, i32x4, op } from '../../wasm/index.ts'
import type { Target } from '../target.ts'
import { madd, type V128 } from './vectors.ts'

/** Rounds to a whole number in the low bits of a float: 1.5 · 2^23. */
const magic = 12582912
const [ln2High, ln2Low] = [0.693359375, -2.1219444e-4]
/** Minimax polynomial of e^r on [-ln 2 / 2, ln 2 / 2], from r^6 down to r^2. */
const coefficients = [
  1.98756915e-4, 1.3981999507e-3, 8.3334519073e-3, 4.1665795894e-2, 1.6666665459e-1, 5.0000001201e-1,
]

/** e^x of x at most 88; below -88 it is 0. A NaN stays one. */
export function emitExp(f: FunctionBuilder, target: Target, value: V128): V128 {
  const x = f.let(op('f32x4.pmax', value, f32x4(-88)))
  const shifted = f.let(madd(target, x, f32x4(Math.LOG2E), f32x4(magic)))
  const whole = f.let(op('f32x4.sub', shifted, f32x4(magic)))
  const r = f.let(madd(target, whole, f32x4(-ln2High), x))
  f.set(r, madd(target, whole, f32x4(-ln2Low), r))
  const p = f.let(f32x4(coefficients[0]!))
  for (const c of coefficients.slice(1)) f.set(p, madd(target, p, r, f32x4(c)))
  f.set(p, madd(target, p, op('f32x4.mul', r, r), op('f32x4.add', r, f32x4(1))))
  return op('f32x4.mul', p, op('i32x4.add', op('i32x4.shl', shifted, i32(23)), i32x4(0x3f800000)))
}
