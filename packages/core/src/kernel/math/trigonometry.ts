/**
 * sin, cos and tan. Up to 2^20 the argument is reduced by multiples of π/2 in float64 (Cody and Waite, π/2 in two parts);
 * beyond, by an exact product with the bits of 2/π (Payne and Hanek), for arguments that are float32 numbers.
 */
import {
  extractLane,
  type FunctionBuilder,
  type FunctionRef,
  f64,
  f64x2,
  i32,
  i32x4,
  i64,
  type ModuleBuilder,
  type Operand,
  op,
  replaceLane,
  select,
  shuffle32,
} from '../../wasm/index.ts'
import { polynomial64 } from './scalar-math.ts'
import type { Vector, VectorFunction, VectorMath } from './vector-math.ts'

export const trigFunctions = { sin: 0, cos: 1, tan: 2 } as const

const halfPiHigh = 1.5707963267341256
const halfPiLow = 6.077100506506192e-11
const bound = 2 ** 20

/** Bits of 2/π behind the point, a word of zeros before them. */
const twoOverPi = [
  0, 0xa2f9836e, 0x4e441529, 0xfc2757d1, 0xf534ddc0, 0xdb629599, 0x3c439041, 0xfe5163ab, 0xdebbc561,
]

const factorial = (n: number): number => (n <= 1 ? 1 : n * factorial(n - 1))
const alternating = (first: number) =>
  Array.from({ length: 9 }, (_, k) => (k % 2 ? -1 : 1) / factorial(2 * k + first))

/** x · 2/π modulo 4, in units of 2^-62, for a float32 number x of 2^20 or more. */
function quarterTurns(f: FunctionBuilder, x: Operand<'f64'>): Operand<'i64'> {
  const bits = f.let(op('i32.reinterpret_f32', op('f32.demote_f64', x)))
  const mantissa = f.let(
    op('i64.extend_i32_u', op('i32.or', op('i32.and', bits, i32(0x7fffff)), i32(0x800000))),
  )
  // x = mantissa · 2^(exponent - 150); bits of 2/π that give multiples of 4 are left out.
  const start = f.let(op('i32.sub', op('i32.shr_u', bits, i32(23)), i32(120)))
  const first = f.let(op('i32.shr_u', start, i32(5)))
  const word = (step: number) =>
    twoOverPi.reduceRight<Operand<'i64'>>(
      (rest, value, k) => select(i64(BigInt(value)), rest, op('i32.eq', first, i32(k - step))),
      i64(0n),
    )
  const pair = (step: number) => f.let(op('i64.or', op('i64.shl', word(step), i64(32n)), word(step + 1)))
  const [high, low] = [pair(0), pair(2)]
  const by = f.let(op('i64.extend_i32_u', op('i32.and', start, i32(31))))
  const carried = op('i64.shr_u', op('i64.shr_u', low, i64(1n)), op('i64.sub', i64(63n), by))
  const top = op('i64.or', op('i64.shl', high, by), carried)
  const rest = op('i64.shr_u', op('i64.shl', low, by), i64(32n))
  return op('i64.add', op('i64.mul', mantissa, top), op('i64.shr_u', op('i64.mul', mantissa, rest), i64(32n)))
}

/** sin, cos or tan, by the number in trigFunctions, of a float64 that is a float32 number. */
export function trigFunction(m: ModuleBuilder): FunctionRef<readonly ['f64', 'i32'], 'f64'> {
  return m.once('f64.trig', () =>
    m.func('f64.trig', ['f64', 'i32'] as const, 'f64', (f, x, which) => {
      const size = f.let(op('f64.abs', x))
      const n = f.let(op('f64.nearest', op('f64.mul', size, f64(2 / Math.PI))))
      const high = op('f64.sub', size, op('f64.mul', n, f64(halfPiHigh)))
      const r = f.let(op('f64.sub', high, op('f64.mul', n, f64(halfPiLow))))
      const turns = f.let(op('i32.trunc_sat_f64_s', n))
      const isHuge = op('f64.ge', size, f64(bound))
      f.if(op('i32.and', isHuge, op('f64.lt', size, f64(Number.POSITIVE_INFINITY))), () => {
        const fixed = f.let(quarterTurns(f, size))
        const nearest = f.let(op('i64.shr_u', op('i64.add', fixed, i64(1n << 61n)), i64(62n)))
        const rest = op('i64.sub', fixed, op('i64.shl', nearest, i64(62n)))
        f.set(turns, op('i32.wrap_i64', nearest))
        f.set(r, op('f64.mul', op('f64.convert_i64_s', rest), f64(Math.PI / 2 ** 63)))
      })
      return combine(f, x, r, turns, which)
    }),
  )
}

function combine(
  f: FunctionBuilder,
  x: Operand<'f64'>,
  r: Operand<'f64'>,
  turns: Operand<'i32'>,
  which: Operand<'i32'>,
): Operand<'f64'> {
  const z = f.let(op('f64.mul', r, r))
  const sin = f.let(op('f64.mul', r, polynomial64(z, alternating(1))))
  const cos = f.let(polynomial64(z, alternating(0)))
  const quarter = f.let(op('i32.add', turns, op('i32.eq', which, i32(trigFunctions.cos))))
  const odd = f.let(op('i32.and', quarter, i32(1)))
  const sine = f.let(select(cos, sin, odd))
  const cosine = select(op('f64.neg', sin), cos, odd)
  const turned = select(op('f64.neg', sine), sine, op('i32.and', quarter, i32(2)))
  const isTan = op('i32.eq', which, i32(trigFunctions.tan))
  const value = f.let(select(op('f64.div', sine, cosine), turned, isTan))
  const isOdd = op('i32.ne', which, i32(trigFunctions.cos))
  const mirrored = op('i32.and', isOdd, op('f64.lt', x, f64(0)))
  const result = select(op('f64.neg', value), value, mirrored)
  return select(x, result, op('i32.and', isOdd, op('f64.eq', x, f64(0))))
}

/** sin r = r + r³ · Σ and cos r = 1 - r²/2 + r⁴ · Σ on ±π/4; minimax, relative errors 4e-9 and 1e-10. */
const sinTail = [-0.166666552, 0.00833215564, -0.00019514632]
const cosTail = [0.0416666456, -0.00138873095, 0.0000244324128]

/** Two lanes of x = n · π/2 + r. */
function reducePair(f: FunctionBuilder, x: Vector): { n: Vector; r: Vector } {
  const wide = f.let(op('f64x2.promote_low_f32x4', x))
  const n = f.let(op('f64x2.nearest', op('f64x2.mul', wide, f64x2(2 / Math.PI))))
  const high = op('f64x2.sub', wide, op('f64x2.mul', n, f64x2(halfPiHigh)))
  const r = op('f64x2.sub', high, op('f64x2.mul', n, f64x2(halfPiLow)))
  return { n: op('i32x4.trunc_sat_f64x2_s_zero', n), r: op('f32x4.demote_f64x2_zero', r) }
}

function sineOf(v: VectorMath, x: Vector, which: 0 | 1): Vector {
  const { f, m, number, madd, choose } = v
  const [low, high] = [reducePair(f, x), reducePair(f, shuffle32(x, x, [2, 3, 2, 3]))]
  const r = f.let(shuffle32(low.r, high.r, [0, 1, 4, 5]))
  const turns = shuffle32(low.n, high.n, [0, 1, 4, 5])
  const quarter = f.let(which === 1 ? op('i32x4.add', turns, i32x4(1)) : turns)
  const z = f.let(op('f32x4.mul', r, r))
  const sin = madd(op('f32x4.mul', r, z), v.polynomial(z, sinTail), r)
  const bend = op('f32x4.mul', op('f32x4.mul', z, z), v.polynomial(z, cosTail))
  const cos = op('f32x4.add', v.nmadd(z, number(0.5), number(1)), bend)
  const odd = op('i32x4.ne', op('v128.and', quarter, i32x4(1)), i32x4(0))
  const sign = op('i32x4.shl', op('v128.and', quarter, i32x4(2)), i32(30))
  const turned = op('v128.xor', choose(odd, cos, sin), sign)
  const result = f.let(which === 0 ? choose(op('f32x4.eq', x, number(0)), x, turned) : turned)
  const huge = f.let(op('f32x4.ge', op('f32x4.abs', x), number(bound)))
  f.if(op('v128.any_true', huge), () => {
    const trig = trigFunction(m)
    for (const lane of [0, 1, 2, 3]) {
      const one = op('f64.promote_f32', extractLane('f32x4.extract_lane', x, lane))
      const value = op('f32.demote_f64', f.callFor(trig, one, i32(which)))
      f.set(result, replaceLane('f32x4.replace_lane', result, lane, value))
    }
  })
  return result
}

export const vectorSin: VectorFunction = (v, x) => sineOf(v, x, 0)
export const vectorCos: VectorFunction = (v, x) => sineOf(v, x, 1)
