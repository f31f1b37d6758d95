/**
 * x^y of four float32 as e^(y · log |x|), computed in pairs of float64, where both series may be short: 2^-33 of the
 * logarithm and 2^-32 of the exponential are left out. Special cases are those of IEEE 754 pow.
 */
import {
  type FunctionBuilder,
  type FunctionRef,
  f32x4,
  f64x2,
  i32,
  i64,
  type ModuleBuilder,
  op,
  shuffle32,
} from '../../wasm/index.ts'
import type { Vector } from './vector-math.ts'

const wide = (value: bigint): Vector => op('i64x2.splat', i64(value))
const add = (a: Vector, b: Vector) => op('f64x2.add', a, b)
const sub = (a: Vector, b: Vector) => op('f64x2.sub', a, b)
const mul = (a: Vector, b: Vector) => op('f64x2.mul', a, b)

const polynomial = (x: Vector, coefficients: readonly number[]): Vector =>
  coefficients.map(f64x2).reduceRight((sum, coefficient) => add(mul(sum, x), coefficient))

const factorial = (n: number): number => (n <= 1 ? 1 : n * factorial(n - 1))
const expTail = Array.from({ length: 7 }, (_, k) => 1 / factorial(k + 2))
/** Σ 2/(2k+3) · z^k of log(1 + d) = d - s · (d - z · Σ …) with s = d / (2 + d), z = s². */
const logTail = Array.from({ length: 6 }, (_, k) => 2 / (2 * k + 3))

const rootHalf = 0x3fe6a09e667f3bcdn
const one = 0x3ff0000000000000n
/** A float64 that has whole numbers in its lowest bits. */
const magic = 1.5 * 2 ** 52
const magicBits = 0x4338000000000000n

/** log of two positive finite numbers that are float32. */
function logPair(f: FunctionBuilder, x: Vector): Vector {
  const moved = f.let(op('i64x2.add', x, wide(one - rootHalf)))
  const exponent = op('i64x2.sub', op('i64x2.shr_s', moved, i32(52)), wide(1023n))
  const e = sub(op('i64x2.add', exponent, wide(magicBits)), f64x2(magic))
  const mantissa = op('i64x2.add', op('v128.and', moved, wide(0xfffffffffffffn)), wide(rootHalf))
  const d = f.let(sub(mantissa, f64x2(1)))
  const s = f.let(op('f64x2.div', d, add(d, f64x2(2))))
  const z = f.let(mul(s, s))
  const near = sub(d, mul(s, sub(d, mul(z, polynomial(z, logTail)))))
  return add(mul(e, f64x2(Math.LN2)), near)
}

/** e^t of two numbers as float32 in the first two lanes. */
function expPair(f: FunctionBuilder, t: Vector): Vector {
  // pmin(a, b) is b < a ? b : a, which keeps a NaN in a.
  const held = f.let(op('f64x2.pmax', op('f64x2.pmin', t, f64x2(100)), f64x2(-110)))
  const carrier = f.let(add(mul(held, f64x2(Math.LOG2E)), f64x2(magic)))
  const n = sub(carrier, f64x2(magic))
  const r = f.let(sub(held, mul(n, f64x2(Math.LN2))))
  const p = add(add(mul(mul(r, r), polynomial(r, expTail)), r), f64x2(1))
  const scale = op('i64x2.add', op('i64x2.shl', carrier, i32(52)), wide(one))
  return op('f32x4.demote_f64x2_zero', mul(p, scale))
}

/** The function of the module. */
export function vectorPower(m: ModuleBuilder): FunctionRef<readonly ['v128', 'v128'], 'v128'> {
  return m.once('f32x4.power', () =>
    m.func('f32x4.power', ['v128', 'v128'] as const, 'v128', (f, x, y) => {
      const size = f.let(op('f32x4.abs', x))
      const pair = (lanes: readonly number[]) => {
        const wideX = op('f64x2.promote_low_f32x4', shuffle32(size, size, lanes))
        const wideY = op('f64x2.promote_low_f32x4', shuffle32(y, y, lanes))
        return f.let(expPair(f, mul(wideY, logPair(f, f.let(wideX)))))
      }
      const [low, high] = [pair([0, 1, 0, 1]), pair([2, 3, 2, 3])]
      return special(f, x, y, size, shuffle32(low, high, [0, 1, 4, 5]))
    }),
  )
}

function special(f: FunctionBuilder, x: Vector, y: Vector, size: Vector, power: Vector): Vector {
  const choose = (mask: Vector, yes: Vector, no: Vector) => op('v128.bitselect', yes, no, mask)
  const infinity = f32x4(Number.POSITIVE_INFINITY)
  const zero = f32x4(0)
  const endless = f.let(op('f32x4.eq', size, infinity))
  // Of 0 and of infinity: one of them, by the sign of the exponent.
  const extreme = op('v128.or', endless, op('f32x4.eq', size, zero))
  const grows = op('v128.xor', endless, op('f32x4.lt', y, zero))
  const plain = choose(extreme, op('v128.and', grows, infinity), power)
  // A mask of ones is NaN.
  const unknown = op('v128.or', op('f32x4.ne', x, x), op('f32x4.ne', y, y))
  const whole = op('f32x4.eq', op('f32x4.trunc', y), y)
  const half = f.let(op('f32x4.mul', y, f32x4(0.5)))
  const odd = op('v128.and', whole, op('f32x4.ne', op('f32x4.trunc', half), half))
  const signed = op('v128.or', plain, op('v128.and', op('v128.and', x, odd), f32x4(-0)))
  const proper = op('v128.andnot', op('f32x4.lt', x, zero), endless)
  const unreal = op('v128.andnot', proper, whole)
  const result = op('v128.or', op('v128.or', signed, unknown), unreal)
  const flat = op('v128.and', op('f32x4.eq', size, f32x4(1)), op('f32x4.eq', op('f32x4.abs', y), infinity))
  const isOne = op('v128.or', op('f32x4.eq', y, zero), op('f32x4.eq', x, f32x4(1)))
  return choose(op('v128.or', isOne, flat), f32x4(1), result)
}
