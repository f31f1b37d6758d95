/** Emits tests of 64 characters at once; the results are bits, the lowest for the first character. */
import { i64, load, type Operand, op, v128Bytes } from '@slipway/core/wasm'

export const blockBytes = 64

/** A vector of the same 1, 2, 4 or 8 bytes again and again. */
export function repeated(...bytes: readonly number[]): Operand<'v128'> {
  return v128Bytes(Array.from({ length: 16 / bytes.length }, () => bytes).flat())
}

/** Where the character is `byte`. */
export function equalTo(base: Operand<'i32'>, byte: number): Operand<'i64'> {
  return bitsOf(base, (bytes) => op('i8x16.eq', bytes(), repeated(byte)))
}

export function digitsOf(base: Operand<'i32'>): Operand<'i64'> {
  return bitsOf(base, (bytes) => op('i8x16.le_u', op('i8x16.sub', bytes(), repeated(48)), repeated(9)))
}

/** Where a number may end: at commas, brackets, white space, and a few characters that no JSON has there. */
export function separatorsOf(base: Operand<'i32'>): Operand<'i64'> {
  return bitsOf(base, (bytes) => {
    const comma = op('i8x16.eq', bytes(), repeated(44))
    const bracket = op('i8x16.eq', op('v128.or', bytes(), repeated(0x06)), repeated(0x5f))
    const space = op('i8x16.le_u', bytes(), repeated(32))
    return op('v128.or', op('v128.or', comma, bracket), space)
  })
}

function bitsOf(
  base: Operand<'i32'>,
  test: (bytes: () => Operand<'v128'>) => Operand<'v128'>,
): Operand<'i64'> {
  return [0, 16, 32, 48]
    .map((offset) => {
      const bits = op(
        'i8x16.bitmask',
        test(() => load('v128.load', base, offset)),
      )
      return op('i64.shl', op('i64.extend_i32_u', bits), i64(BigInt(offset)))
    })
    .reduce((whole, part) => op('i64.or', whole, part))
}
