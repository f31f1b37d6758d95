/**
 * float16 and bfloat16 to and from float32, on four lanes.
 *
 * float16 to float32: the exponent field moved in place is 112 too small, which a product with 2^112 puts right for
 * subnormals too. The other way, adding to the bits rounds to nearest even; below 2^-14, adding 0.5 leaves the
 * subnormal's mantissa in the lowest bits, rounded by the addition itself.
 */
import { type FunctionBuilder, f32x4, i32, i32x4, type Operand, op } from '../wasm/index.ts'

type Vector = Operand<'v128'>

const roundedBits = (f: FunctionBuilder, bits: Vector, shift: number, bias: number): Vector => {
  const odd = op('v128.and', op('i32x4.shr_u', bits, i32(shift)), i32x4(1))
  const half = i32x4(2 ** (shift - 1) - 1 + bias)
  return f.let(op('i32x4.shr_u', op('i32x4.add', op('i32x4.add', bits, half), odd), i32(shift)))
}

/** Four float32 from bit patterns in the low half of each lane. */
export function widenHalf(f: FunctionBuilder, dtype: 'float16' | 'bfloat16', pattern: Vector): Vector {
  if (dtype === 'bfloat16') return op('i32x4.shl', pattern, i32(16))
  const bits = f.let(pattern)
  const rest = f.let(op('i32x4.shl', op('v128.and', bits, i32x4(0x7fff)), i32(13)))
  const sign = op('i32x4.shl', op('v128.and', bits, i32x4(0x8000)), i32(16))
  const endless = op('v128.and', op('i32x4.ge_s', rest, i32x4(0x7c00 << 13)), i32x4(0x7f800000))
  const value = op('f32x4.mul', rest, f32x4(2 ** 112))
  return op('v128.or', op('v128.or', value, endless), sign)
}

/** Bit patterns, zero-extended, of four float32 rounded to nearest even. */
export function narrowHalf(f: FunctionBuilder, dtype: 'float16' | 'bfloat16', value: Vector): Vector {
  const x = f.let(value)
  const noNumber = op('f32x4.ne', x, x)
  if (dtype === 'bfloat16') return op('v128.bitselect', i32x4(0x7fc0), roundedBits(f, x, 16, 0), noNumber)
  const size = f.let(op('f32x4.abs', x))
  const normal = roundedBits(f, size, 13, (15 - 127) << 23)
  const tiny = op('i32x4.sub', op('f32x4.add', size, f32x4(0.5)), f32x4(0.5))
  const finite = op('v128.bitselect', tiny, normal, op('f32x4.lt', size, f32x4(2 ** -14)))
  const capped = op('v128.bitselect', i32x4(0x7c00), finite, op('f32x4.ge', size, f32x4(65520)))
  const sign = op('i32x4.shl', op('i32x4.shr_u', x, i32(31)), i32(15))
  return op('v128.or', op('v128.bitselect', i32x4(0x7e00), capped, noNumber), sign)
}
