/** One element of a dtype as one of another, by the rules of formulas. */
import { type DType, dtypeInfo, isFloat } from '../base/dtype.ts'
import {
  extractLane,
  type FunctionBuilder,
  f64,
  i32,
  i64,
  type ModuleBuilder,
  type Operand,
  op,
  select,
} from '../wasm/index.ts'
import { narrowHalf, widenHalf } from './half-float.ts'
import { dynamicOp, isSigned, scalarType, vectorOp, wrapScalar } from './register.ts'

interface Place {
  readonly m: ModuleBuilder
  readonly f: FunctionBuilder
}

const signOf = (dtype: DType) => (isSigned(dtype) ? 's' : 'u')

/** True, as 1, for whatever is not 0; NaN is not 0. */
function toBool(x: Operand, type: 'f32' | 'f64' | 'i32' | 'i64'): Operand<'i32'> {
  const zero = { i32: i32(0), i64: i64(0n), f64: f64(0), f32: op('f32.demote_f64', f64(0)) }[type]
  return dynamicOp(`${type}.ne`, x, zero) as Operand<'i32'> // a comparison
}

/** An f64 modulo 2^bits, NaN and infinities as 0, truncated. */
function wrapped(f: FunctionBuilder, x: Operand<'f64'>, bits: 32 | 64): Operand<'i64'> {
  const value = f.let(x)
  const size = 2 ** bits
  const turns = op('f64.trunc', op('f64.mul', value, f64(1 / size)))
  const rest = f.let(op('f64.sub', value, op('f64.mul', turns, f64(size))))
  if (bits === 32) return op('i64.trunc_sat_f64_s', rest)
  const magnitude = f.let(op('i64.trunc_sat_f64_u', op('f64.abs', rest)))
  return select(op('i64.sub', i64(0n), magnitude), magnitude, op('f64.lt', rest, f64(0)))
}

/** float64 as float32 rounded to odd, which rounds to half floats as the float64 would (Boldo and Melquiond, 2008). */
function oddFloat(f: FunctionBuilder, x: Operand<'f64'>): Operand<'f32'> {
  const value = f.let(x)
  const near = f.let(op('f32.demote_f64', value))
  const back = f.let(op('f64.promote_f32', near))
  const away = op('f64.gt', op('f64.abs', back), op('f64.abs', value))
  const towardZero = op('i32.sub', op('i32.reinterpret_f32', near), away)
  const odd = op('f32.reinterpret_i32', op('i32.or', towardZero, i32(1)))
  const inexact = op('f64.ne', back, value)
  return select(odd, near, inexact)
}

function toFloat({ f }: Place, x: Operand, from: DType, to: DType): Operand {
  const source = scalarType(from)!
  if (to === 'float64')
    return source === 'f64'
      ? x
      : source === 'f32'
        ? dynamicOp('f64.promote_f32', x)
        : fromInteger('f64', x, from)
  if (to === 'float32')
    return source === 'f32'
      ? x
      : source === 'f64'
        ? dynamicOp('f32.demote_f64', x)
        : fromInteger('f32', x, from)
  const half = to as 'float16' | 'bfloat16' // what is left
  const wide = source === 'f64' ? x : source === 'f32' ? undefined : fromInteger('f64', x, from)
  const single = wide ? oddFloat(f, wide as Operand<'f64'>) : x // made so above
  const pattern = narrowHalf(f, half, vectorOp('f32x4.splat', single))
  return extractLane('f32x4.extract_lane', widenHalf(f, half, pattern), 0)
}

const fromInteger = (to: 'f32' | 'f64', x: Operand, from: DType) =>
  dynamicOp(`${to}.convert_${scalarType(from) === 'i64' ? 'i64' : 'i32'}_${signOf(from)}`, x)

function toInteger({ f }: Place, x: Operand, from: DType, to: DType): Operand {
  const target = scalarType(to)
  if (isFloat(from)) {
    const wide = (scalarType(from) === 'f64' ? x : dynamicOp('f64.promote_f32', x)) as Operand<'f64'> // made so
    if (target === 'i64') return wrapped(f, wide, 64)
    return wrapScalar(op('i32.wrap_i64', wrapped(f, wide, 32)), to)
  }
  const source = scalarType(from)
  if (target === 'i64') return source === 'i64' ? x : dynamicOp(`i64.extend_i32_${signOf(from)}`, x)
  const narrow = source === 'i64' ? dynamicOp('i32.wrap_i64', x) : x
  return wrapScalar(narrow as Operand<'i32'>, to) // of the register type i32
}

export function convertScalar(place: Place, x: Operand, from: DType, to: DType): Operand {
  if (to === 'bool') return toBool(x, scalarType(from)!)
  return dtypeInfo(to).kind === 'float' ? toFloat(place, x, from, to) : toInteger(place, x, from, to)
}
