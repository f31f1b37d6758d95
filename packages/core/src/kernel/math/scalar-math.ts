/**
 * Functions of one float64, as functions of the module; float32 elements use them too where vectors have none. Built from
 * truncated Taylor series on reduced arguments, each long enough that what is cut off is below 2^-56 of the result.
 */
import {
  type FunctionBuilder,
  type FunctionRef,
  f64,
  i64,
  type ModuleBuilder,
  type Operand,
  op,
  select,
} from '../../wasm/index.ts'

type Number = Operand<'f64'>
type Body = (s: ScalarMath, x: Number) => Number
export type ScalarFunctionName = keyof typeof bodies

export interface ScalarMath {
  readonly m: ModuleBuilder
  readonly f: FunctionBuilder
  call(name: ScalarFunctionName, x: Number): Number
}

const add = (a: Number, b: Number) => op('f64.add', a, b)
const sub = (a: Number, b: Number) => op('f64.sub', a, b)
const mul = (a: Number, b: Number) => op('f64.mul', a, b)
const div = (a: Number, b: Number) => op('f64.div', a, b)
const one = f64(1)

/** c₀ + x · (c₁ + x · …); x is a variable. */
export const polynomial64 = (x: Number, coefficients: readonly number[]): Number =>
  coefficients.map(f64).reduceRight((sum, coefficient) => add(mul(sum, x), coefficient))

/** f(f(…)) of `count` values, from 0. */
const series = (count: number, coefficient: (k: number) => number) =>
  Array.from({ length: count }, (_, k) => coefficient(k))
const factorial = (n: number): number => (n <= 1 ? 1 : n * factorial(n - 1))

/** ln 2 in two parts; products of the first with whole numbers up to 2^11 are exact. Source: its binary expansion. */
const ln2High = 0.6931471803691238
const ln2Low = 1.9082149292705877e-10

const truncated = (x: Number) => op('i64.trunc_sat_f64_s', x)
/** 2^n for a whole n from -1022 to 1023. */
const powerOfTwo = (n: Operand<'i64'>) =>
  op('f64.reinterpret_i64', op('i64.shl', op('i64.add', n, i64(1023n)), i64(52n)))

function reduced({ f }: ScalarMath, x: Number): { n: Number; r: Number } {
  const n = f.let(op('f64.nearest', mul(x, f64(Math.LOG2E))))
  return { n, r: f.let(sub(sub(x, mul(n, f64(ln2High))), mul(n, f64(ln2Low)))) }
}

/** (e^r - 1 - r) / r². */
const expTail = series(13, (k) => 1 / factorial(k + 2))

const exp: Body = (s, x) => {
  // min and max keep NaN.
  const held = s.f.let(op('f64.max', op('f64.min', x, f64(710)), f64(-746)))
  const { n, r } = reduced(s, held)
  const p = add(one, add(r, mul(mul(r, r), polynomial64(r, expTail))))
  const whole = s.f.let(truncated(n))
  const half = s.f.let(op('i64.shr_s', whole, i64(1n)))
  return mul(mul(p, powerOfTwo(half)), powerOfTwo(op('i64.sub', whole, half)))
}

const expm1: Body = (s, x) => {
  const { f } = s
  const held = f.let(op('f64.max', op('f64.min', x, f64(710)), f64(-40)))
  const { n, r } = reduced(s, held)
  const near = add(r, mul(mul(r, r), polynomial64(r, expTail)))
  // Half of 2^n, which is finite for the largest n.
  const half = f.let(powerOfTwo(op('i64.sub', truncated(n), i64(1n))))
  const result = add(mul(half, near), sub(half, f64(0.5)))
  return op('f64.copysign', mul(result, f64(2)), x)
}

/** Σ 2/(2k+1) · z^k from k = 1, for log(1 + d) = d - s · (d - z · Σ …) with s = d / (2 + d), z = s². */
const logTail = series(11, (k) => 2 / (2 * k + 3))

function logOf({ f }: ScalarMath, x: Number, extra?: Number): Number {
  const tiny = f.let(op('f64.lt', x, f64(2 ** -1022)))
  const bits = op('i64.reinterpret_f64', select(mul(x, f64(2 ** 54)), x, tiny))
  const rootHalf = BigInt('0x3fe6a09e667f3bcd')
  const moved = f.let(op('i64.add', bits, i64(0x3ff0000000000000n - rootHalf)))
  const exponent = op('i64.sub', op('i64.shr_s', moved, i64(52n)), i64(1023n))
  const e = f.let(op('f64.convert_i64_s', op('i64.sub', exponent, select(i64(54n), i64(0n), tiny))))
  const mantissa = op('i64.add', op('i64.and', moved, i64(0xfffffffffffffn)), i64(rootHalf))
  const d = f.let(sub(op('f64.reinterpret_i64', mantissa), one))
  const s = f.let(div(d, add(f64(2), d)))
  const z = f.let(mul(s, s))
  const part = mul(s, sub(d, mul(z, polynomial64(z, logTail))))
  const low = mul(e, f64(ln2Low))
  const rest = sub(part, extra ? add(low, extra) : low)
  return add(mul(e, f64(ln2High)), sub(d, rest))
}

function special(x: Number, result: Number): Number {
  const finite = select(result, x, op('f64.lt', x, f64(Number.POSITIVE_INFINITY)))
  const zero = select(f64(Number.NEGATIVE_INFINITY), finite, op('f64.eq', x, f64(0)))
  return select(f64(Number.NaN), zero, op('f64.lt', x, f64(0)))
}

const log: Body = (s, x) => special(x, logOf(s, x))

const log1p: Body = (s, x) => {
  const sum = s.f.let(add(x, one))
  const lost = sub(x, sub(sum, one))
  const result = special(sum, logOf(s, sum, div(lost, sum)))
  const finite = select(result, x, op('f64.lt', x, f64(Number.POSITIVE_INFINITY)))
  return select(x, finite, op('f64.eq', x, f64(0)))
}

const abs = (x: Number) => op('f64.abs', x)
const signed = (size: Number, x: Number) => op('f64.copysign', size, x)

/** From here on e^-|x| no longer counts beside e^|x|. */
const far = 22

const sinh: Body = (s, x) => {
  const size = s.f.let(abs(x))
  const e = s.f.let(s.call('expm1', size))
  const half = s.f.let(s.call('exp', mul(size, f64(0.5))))
  const near = mul(add(e, div(e, add(e, one))), f64(0.5))
  return signed(select(mul(mul(half, f64(0.5)), half), near, op('f64.gt', size, f64(far))), x)
}

const cosh: Body = (s, x) => {
  const size = s.f.let(abs(x))
  const e = s.f.let(s.call('exp', size))
  const half = s.f.let(s.call('exp', mul(size, f64(0.5))))
  const near = mul(add(e, div(one, e)), f64(0.5))
  return select(mul(mul(half, f64(0.5)), half), near, op('f64.gt', size, f64(far)))
}

const tanh: Body = (s, x) => {
  const e = s.f.let(s.call('expm1', mul(abs(x), f64(-2))))
  return signed(div(op('f64.neg', e), add(e, f64(2))), x)
}

const sigmoid: Body = (s, x) => {
  const power = s.f.let(s.call('exp', op('f64.neg', abs(x))))
  return div(select(power, one, op('f64.lt', x, f64(0))), add(power, one))
}

/** Squares of larger numbers are as good as those of x ± 1, and may overflow. */
const huge = 2 ** 28

const asinh: Body = (s, x) => {
  const size = s.f.let(abs(x))
  const square = s.f.let(mul(size, size))
  const near = s.call('log1p', add(size, div(square, add(one, op('f64.sqrt', add(square, one))))))
  const distant = add(s.call('log', size), f64(Math.LN2))
  return signed(select(distant, near, op('f64.gt', size, f64(huge))), x)
}

const acosh: Body = (s, x) => {
  const t = s.f.let(sub(x, one))
  const near = s.call('log1p', add(t, op('f64.sqrt', mul(t, add(t, f64(2))))))
  const distant = add(s.call('log', x), f64(Math.LN2))
  const above = select(distant, near, op('f64.gt', x, f64(huge)))
  return select(f64(Number.NaN), above, op('f64.lt', x, one))
}

const atanh: Body = (s, x) => {
  const size = s.f.let(abs(x))
  const grown = s.call('log1p', div(mul(size, f64(2)), sub(one, size)))
  return signed(mul(grown, f64(0.5)), x)
}

/** Σ (-1)^k / (2k+1) · z^k for |atan's argument| below tan(π/16). */
const atanSeries = series(13, (k) => (k % 2 ? -1 : 1) / (2 * k + 1))

const atan: Body = ({ f }, x) => {
  const size = f.let(abs(x))
  const large = f.let(op('f64.gt', size, one))
  const t = f.let(select(div(one, size), size, large))
  // tan(a/2) = tan a / (1 + √(1 + tan² a)), twice.
  const halved = (tan: Number) => f.let(div(tan, add(one, op('f64.sqrt', add(one, mul(tan, tan))))))
  const quarter = halved(halved(t))
  const z = f.let(mul(quarter, quarter))
  const angle = f.let(mul(mul(quarter, f64(4)), polynomial64(z, atanSeries)))
  return signed(select(sub(f64(Math.PI / 2), angle), angle, large), x)
}

const asin: Body = (s, x) => s.call('atan', div(x, op('f64.sqrt', mul(sub(one, x), add(one, x)))))

const acos: Body = (s, x) => mul(s.call('atan', op('f64.sqrt', div(sub(one, x), add(one, x)))), f64(2))

const bodies = {
  exp,
  expm1,
  log,
  log1p,
  sinh,
  cosh,
  tanh,
  sigmoid,
  asinh,
  acosh,
  atanh,
  atan,
  asin,
  acos,
} as const satisfies Readonly<Record<string, Body>>

/** The function of the module that computes one of them. */
export function scalarFunction(
  m: ModuleBuilder,
  name: ScalarFunctionName,
): FunctionRef<readonly ['f64'], 'f64'> {
  return m.once(`f64.${name}`, () =>
    m.func(`f64.${name}`, ['f64'] as const, 'f64', (f, x) => bodies[name](scalarMath(m, f), x)),
  )
}

export function scalarMath(m: ModuleBuilder, f: FunctionBuilder): ScalarMath {
  return { m, f, call: (name, x) => f.callFor(scalarFunction(m, name), x) }
}

export const hasScalarFunction = (name: string): name is ScalarFunctionName => Object.hasOwn(bodies, name)
