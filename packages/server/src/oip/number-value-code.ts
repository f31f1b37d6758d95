/** Emits the code that turns digits and a power of ten into the nearest float32 or float64. */
import {
  type FunctionBuilder,
  f32,
  f64,
  i32,
  i64,
  type Label,
  type Local,
  load,
  type Operand,
  op,
  select,
  shuffle32,
} from '@slipway/core/wasm'

/** A number: digits · 10^scale, negated where `negative` is 1. */
export interface Decimal {
  readonly negative: Local<'i32'>
  readonly digits: Local<'i64'>
  readonly scale: Local<'i32'>
}

/** How numbers of one type are made and stored. */
export interface ValueCode {
  readonly bytes: number
  /** Stores the value of the number and moves `output` on. Leaves for `help` where it cannot tell the nearest value. */
  readonly store: (f: FunctionBuilder, token: Decimal, output: Local<'i32'>, help: Label) => void
  /** Stores four 32-bit integers and moves `output` on. */
  readonly storeIntegers: (f: FunctionBuilder, four: Local<'v128'>, output: Local<'i32'>) => void
}

/** Where the table of powers lies. */
export const powersAt = 2048
/** Those that matter for float32. */
const powers = { least: -60, most: 40 } as const
/** Up to here a power of ten is a float64 without rounding. */
const exactPower = 22
const mostFloat32 = (2 - 2 ** -23) * 2 ** 127

export function powerTable(): Float64Array<ArrayBuffer> {
  return Float64Array.from({ length: powers.most - powers.least + 1 }, (_, i) =>
    Number(`1e${i + powers.least}`),
  )
}

export const float32Code: ValueCode = {
  bytes: 4,
  store: emitFloat32,
  storeIntegers(f, four, output) {
    f.store('v128.store', output, op('f32x4.convert_i32x4_s', four))
    f.add(output, 16)
  },
}

export const float64Code: ValueCode = {
  bytes: 8,
  store: emitFloat64,
  storeIntegers(f, four, output) {
    f.store('v128.store', output, op('f64x2.convert_low_i32x4_s', four))
    f.store('v128.store', output, op('f64x2.convert_low_i32x4_s', shuffle32(four, four, [2, 3, 2, 3])), 16)
    f.add(output, 32)
  },
}

/**
 * The value within a few units of the last place of a float64; where all of that rounds to one float32, so does the
 * nearest float64. Leaves for `help` where it does not.
 */
function emitFloat32(f: FunctionBuilder, token: Decimal, output: Local<'i32'>, help: Label): void {
  const range = powers.most - powers.least
  const row = f.let(op('i32.sub', token.scale, i32(powers.least)))
  f.branchIf(help, op('i32.gt_u', row, i32(range)))
  const power = load('f64.load', op('i32.shl', row, i32(3)), powersAt)
  const value = f.let(op('f64.mul', op('f64.convert_i64_s', token.digits), power))
  const below = f.let(op('f32.demote_f64', op('f64.mul', value, f64(1 - 2 ** -48))))
  f.branchIf(help, op('f32.ne', below, op('f32.demote_f64', op('f64.mul', value, f64(1 + 2 ** -48)))))
  const sign = op('i32.shl', token.negative, i32(31))
  f.branchIf(help, op('f32.gt', below, f32(mostFloat32)))
  f.store('i32.store', output, op('i32.or', op('i32.reinterpret_f32', below), sign))
  f.add(output, 4)
}

/**
 * The nearest float64: of digits and a power that are both exact, the product or the quotient itself (Clinger 1990); else
 * that with a correction. Leaves for `help` where even then the nearest is in doubt, and for other powers.
 */
function emitFloat64(f: FunctionBuilder, token: Decimal, output: Local<'i32'>, help: Label): void {
  const { digits, scale, negative } = token
  f.branchIf(help, op('i32.gt_u', op('i32.add', scale, i32(exactPower)), i32(2 * exactPower)))
  const number = f.let(op('f64.convert_i64_s', digits))
  const isFraction = f.let(op('i32.lt_s', scale, i32(0)))
  const size = select(op('i32.sub', i32(0), scale), scale, isFraction)
  const row = op('i32.shl', op('i32.sub', size, i32(powers.least)), i32(3))
  const power = f.let(load('f64.load', row, powersAt))
  const value = f.local('f64')
  f.if(
    isFraction,
    () => f.set(value, op('f64.div', number, power)),
    () => f.set(value, op('f64.mul', number, power)),
  )
  f.if(op('i64.gt_u', digits, i64(2n ** 53n)), () => {
    const rest = f.let(op('f64.convert_i64_s', op('i64.sub', digits, op('i64.trunc_sat_f64_s', number))))
    const tail = f.local('f64')
    f.if(
      isFraction,
      () => {
        const product = f.let(op('f64.mul', value, power))
        const left = op('f64.sub', op('f64.sub', number, product), lostByProduct(f, value, power, product))
        f.set(tail, op('f64.div', op('f64.add', left, rest), power))
      },
      () => f.set(tail, op('f64.add', lostByProduct(f, number, power, value), op('f64.mul', rest, power))),
    )
    emitSum(f, value, tail, help)
  })
  const sign = op('i64.shl', op('i64.extend_i32_u', negative), i64(63n))
  f.store('i64.store', output, op('i64.or', op('i64.reinterpret_f64', value), sign))
  f.add(output, 8)
}

/** value += tail, where the tail is known to 2^-100 of the value. Leaves for `help` where that is not enough to round. */
function emitSum(f: FunctionBuilder, value: Local<'f64'>, tail: Local<'f64'>, help: Label): void {
  const doubt = f.let(op('f64.mul', value, f64(2 ** -100)))
  const least = f.let(op('f64.add', value, op('f64.sub', tail, doubt)))
  f.branchIf(help, op('f64.ne', least, op('f64.add', value, op('f64.add', tail, doubt))))
  f.set(value, least)
}

/** a · b - product without rounding, from halves of their digits (Dekker 1971). */
function lostByProduct(
  f: FunctionBuilder,
  a: Operand<'f64'>,
  b: Operand<'f64'>,
  product: Operand<'f64'>,
): Operand<'f64'> {
  const halves = (value: Operand<'f64'>) => {
    const scaled = f.let(op('f64.mul', value, f64(2 ** 27 + 1)))
    const high = f.let(op('f64.sub', scaled, op('f64.sub', scaled, value)))
    return [high, f.let(op('f64.sub', value, high))] as const
  }
  const [[ah, al], [bh, bl]] = [halves(a), halves(b)]
  const high = op('f64.sub', op('f64.mul', ah, bh), product)
  const middle = op('f64.add', op('f64.add', high, op('f64.mul', ah, bl)), op('f64.mul', al, bh))
  return op('f64.add', middle, op('f64.mul', al, bl))
}
