/** Emits a shorter way through 64 characters of which each is part of a small integer or stands between two. */
import {
  type FunctionBuilder,
  i32,
  i64,
  type Label,
  type Local,
  load,
  loadLane,
  type Operand,
  op,
} from '@slipway/core/wasm'
import { blockBytes, digitsOf, equalTo, repeated } from './byte-masks.ts'
import type { ValueCode } from './number-value-code.ts'

export interface Block {
  /** The first of its characters, where a value is expected. */
  readonly base: Local<'i32'>
  /** Set to what is behind the last comma. */
  readonly start: Local<'i32'>
  readonly output: Local<'i32'>
}

/**
 * Reads the numbers of the block that a comma follows. Leaves for `otherwise`, having done nothing, where the block has
 * anything but commas, spaces behind them, and integers of at most four digits.
 */
export function emitIntegerBlock(
  f: FunctionBuilder,
  { base, start, output }: Block,
  value: ValueCode,
  otherwise: Label,
): void {
  const commas = f.let(equalTo(base, 44))
  const digits = f.let(digitsOf(base))
  const others = f.let(op('i64.or', commas, equalTo(base, 32)))
  const and = (a: Operand<'i64'>, b: Operand<'i64'>) => op('i64.and', a, b)
  const not = (a: Operand<'i64'>) => op('i64.xor', a, i64(-1n))
  const shifted = (a: Operand<'i64'>, by: bigint) => op('i64.shr_u', a, i64(by))
  const previous = op('i64.shl', digits, i64(1n))

  f.branchIf(otherwise, op('i64.ne', op('i64.or', digits, others), i64(-1n)))
  f.branchIf(otherwise, op('i64.ne', and(others, previous), commas))
  f.branchIf(otherwise, op('i64.eqz', commas))
  const pairs = f.let(and(digits, shifted(digits, 1n)))
  const fives = and(and(pairs, shifted(pairs, 2n)), shifted(digits, 4n))
  const zeroFirst = and(and(digits, not(previous)), equalTo(base, 48))
  const leadingZeros = and(zeroFirst, shifted(digits, 1n))
  f.branchIf(otherwise, op('i32.eqz', op('i64.eqz', op('i64.or', fives, leadingZeros))))

  const bytes = op('i64.mul', op('i64.popcnt', commas), i64(BigInt(value.bytes)))
  const end = f.let(op('i32.add', output, op('i32.wrap_i64', bytes)))
  const last = op('i32.sub', i32(blockBytes), op('i32.wrap_i64', op('i64.clz', commas)))
  f.set(start, op('i32.add', base, last))
  f.loop((again) => {
    value.storeIntegers(f, f.let(fourIntegers(f, base, commas)), output)
    f.branchIf(again, op('i32.eqz', op('i64.eqz', commas)))
  })
  // The last four may have had fewer commas.
  f.set(output, end)
}

/** The integers before the lowest four bits of `commas`, which go; those of commas that are missing are arbitrary. */
function fourIntegers(f: FunctionBuilder, base: Local<'i32'>, commas: Local<'i64'>): Operand<'v128'> {
  const digits = 4
  const words = f.local('v128')
  for (let lane = 0; lane < 4; lane++) {
    const end = op('i32.add', base, op('i32.wrap_i64', op('i64.ctz', commas)))
    const first = op('i32.sub', end, i32(digits))
    f.set(
      words,
      lane === 0 ? load('v128.load32_zero', first) : loadLane('v128.load32_lane', first, words, lane),
    )
    f.set(commas, op('i64.and', commas, op('i64.sub', commas, i64(1n))))
  }
  f.set(words, op('v128.xor', words, repeated(48)))
  // Whatever stands before the last character that is no digit belongs to another number.
  const strange = f.let(op('i8x16.gt_s', words, repeated(9)))
  f.set(strange, op('v128.or', strange, op('i32x4.shr_u', strange, i32(8))))
  f.set(strange, op('v128.or', strange, op('i32x4.shr_u', strange, i32(16))))
  f.set(words, op('v128.andnot', words, strange))
  const tens = op('i16x8.mul', op('v128.and', words, repeated(0xff, 0)), repeated(10, 0))
  const pairs = op('i16x8.add', tens, op('i16x8.shr_u', words, i32(8)))
  return op('i32x4.dot_i16x8_s', pairs, repeated(100, 0, 1, 0))
}
