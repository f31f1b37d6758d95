/** Single numbers of a dtype: in memory, and compared. */
import { type DType, dtypeInfo } from '../../base/dtype.ts'
import type { FunctionBuilder, Local, Operand } from '../../wasm/index.ts'
import { load, op } from '../../wasm/index.ts'

export type NumberType = 'i32' | 'i64' | 'f32' | 'f64'

/** The type of a number in registers; undefined for floats narrower than float32 and what is no number. */
export function numberTypeOf(dtype: DType): NumberType | undefined {
  const { kind, bits } = dtypeInfo(dtype)
  if (kind === 'float') return bits === 64 ? 'f64' : bits === 32 ? 'f32' : undefined
  if (kind !== 'int' && kind !== 'uint') return undefined
  return bits === 64 ? 'i64' : bits >= 8 ? 'i32' : undefined
}

/** The number at an address; undefined where `numberTypeOf` is. */
export function loadNumber(dtype: DType, at: Operand<'i32'>): Operand<NumberType> {
  const { kind, bits } = dtypeInfo(dtype)
  if (kind === 'float') return bits === 64 ? load('f64.load', at) : load('f32.load', at)
  const sign = kind === 'uint' ? 'u' : 's'
  if (bits === 64) return load('i64.load', at)
  return bits === 8
    ? load(`i32.load8_${sign}`, at)
    : bits === 16
      ? load(`i32.load16_${sign}`, at)
      : load('i32.load', at)
}

/** Compares two numbers of a dtype. */
export function compareNumbers(
  dtype: DType,
  how: 'lt' | 'gt' | 'le' | 'ge',
  a: Local<NumberType>,
  b: Local<NumberType>,
): Operand<'i32'> {
  const sign = dtypeInfo(dtype).kind === 'uint' ? 'u' : 's'
  switch (a.type) {
    case 'f32':
      return op(`f32.${how}`, a as Local<'f32'>, b as Local<'f32'>) // both of a's type
    case 'f64':
      return op(`f64.${how}`, a as Local<'f64'>, b as Local<'f64'>) // as above
    case 'i64':
      return op(`i64.${how}_${sign}`, a as Local<'i64'>, b as Local<'i64'>) // as above
    default:
      return op(`i32.${how}_${sign}`, a as Local<'i32'>, b as Local<'i32'>) // as above
  }
}

/** True where a number is NaN; undefined for integers. */
export function isOdd(x: Local<NumberType>): Operand<'i32'> | undefined {
  if (x.type === 'f32') return op('f32.ne', x as Local<'f32'>, x as Local<'f32'>) // of that type
  return x.type === 'f64' ? op('f64.ne', x as Local<'f64'>, x as Local<'f64'>) : undefined // as above
}

/** A variable that holds a number of the dtype, at first that at an address. */
export function letNumber(f: FunctionBuilder, dtype: DType, at: Operand<'i32'>): Local<NumberType> {
  return f.let(loadNumber(dtype, at))
}
