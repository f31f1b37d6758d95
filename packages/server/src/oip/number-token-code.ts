/** Emits the code that turns the characters of one JSON number into an integer and a power of ten. */
import {
  extractLane,
  type FunctionBuilder,
  i32,
  i64,
  type Label,
  type Local,
  load,
  type Operand,
  op,
} from '@slipway/core/wasm'
import { repeated } from './byte-masks.ts'

/** Where the table of 10^0 to 10^18 as integers lies. */
export const stepsAt = 1024

export function stepTable(): BigInt64Array<ArrayBuffer> {
  return BigInt64Array.from({ length: 19 }, (_, i) => 10n ** BigInt(i))
}

/** Where 16 bytes of 0 and 16 of 255 lie: from the n-th on, they keep the last n of 16 bytes. */
export const keptAt = 1280

export function keptTable(): Uint8Array {
  return new Uint8Array(32).fill(255, 16)
}

const zeros = 0x3030303030303030n
const eighth = BigInt.asIntN(64, 0x8080808080808080n)

/** The variables of one number without its exponent. `first` and `stop` are given, `digits` and `scale` are the result. */
export interface Token {
  /** Its first character behind the sign. */
  readonly first: Local<'i32'>
  /** Behind its last character before the exponent. */
  readonly stop: Local<'i32'>
  readonly exponent: Operand<'i32'>
  /** Its digits without the point, as an integer below 10^18. */
  readonly digits: Local<'i64'>
  /** The number is digits · 10^scale. */
  readonly scale: Local<'i32'>
}

interface Work extends Token {
  /** Of the part before the point. */
  readonly whole: Local<'i64'>
  readonly fraction: Local<'i32'>
  readonly bytes: Local<'i64'>
  readonly mask: Local<'i64'>
  readonly count: Local<'i32'>
}

/**
 * Reads the token. Leaves for `odd` where another character than digits and a point is in it, for `help` where it is
 * nothing that JSON has, or has more than 18 digits that count, or is an integer of more than `mostIntegerDigits`. Looks
 * at up to 24 bytes before `stop` and 8 behind `first`.
 */
export function emitToken(
  f: FunctionBuilder,
  token: Token,
  odd: Label,
  help: Label,
  mostIntegerDigits: number,
): void {
  const [whole, bytes, mask] = [f.local('i64'), f.local('i64'), f.local('i64')]
  const t: Work = { ...token, whole, bytes, mask, fraction: f.local('i32'), count: f.local('i32') }
  f.block((done) => {
    f.block((long) => {
      emitShortInteger(f, t, long, help)
      f.branch(done)
    })
    emitDecimal(f, t, odd, help, mostIntegerDigits)
  })
}

/** Up to eight digits, read as the last bytes of one word. */
function emitShortInteger(f: FunctionBuilder, t: Work, otherwise: Label, help: Label): void {
  f.set(t.count, op('i32.sub', t.stop, t.first))
  f.branchIf(otherwise, op('i32.gt_u', op('i32.sub', t.count, i32(1)), i32(7)))
  emitLastDigits(f, t, 8, t.count, otherwise)
  f.branchIf(
    help,
    op('i32.and', op('i32.gt_u', t.count, i32(1)), op('i32.eq', load('i32.load8_u', t.first), i32(48))),
  )
  f.set(t.digits, eightDigits(f, t.bytes))
  f.set(t.scale, t.exponent)
}

function emitDecimal(f: FunctionBuilder, t: Work, odd: Label, help: Label, mostIntegerDigits: number): void {
  f.set(t.bytes, op('i64.xor', load('i64.load', t.first), i64(zeros)))
  f.set(t.scale, t.exponent)
  f.block((long) => {
    f.block((known) => {
      // One digit and the point, as most fractions begin.
      f.set(t.whole, op('i64.and', t.bytes, i64(0xffn)))
      f.set(t.fraction, op('i32.add', t.first, i32(2)))
      f.branchIf(
        known,
        op(
          'i32.and',
          op('i64.eq', op('i64.and', t.bytes, i64(0xff00n)), i64(0x1e00n)),
          op('i64.le_u', t.whole, i64(9n)),
        ),
      )
      emitWhole(f, t, odd, help, long, mostIntegerDigits)
    })
    f.set(t.scale, op('i32.sub', t.scale, op('i32.sub', t.stop, t.fraction)))
  })
  emitFraction(f, t, odd, help)
}

/** The part before the point, where that is not just one digit; longer than eight digits: an integer. */
function emitWhole(
  f: FunctionBuilder,
  t: Work,
  odd: Label,
  help: Label,
  long: Label,
  mostIntegerDigits: number,
): void {
  const leadingZero = op('i64.eqz', op('i64.and', t.bytes, i64(0xffn)))
  f.set(t.mask, strange(t.bytes))
  f.if(op('i64.eqz', t.mask), () => {
    f.branchIf(help, leadingZero)
    f.branchIf(help, op('i32.gt_u', op('i32.sub', t.stop, t.first), i32(mostIntegerDigits)))
    f.set(t.whole, i64(0n))
    f.set(t.fraction, t.first)
    f.branch(long)
  })
  f.set(t.mask, op('i64.and', op('i64.ctz', t.mask), i64(56n)))
  f.set(t.count, op('i32.wrap_i64', op('i64.shr_u', t.mask, i64(3n))))
  f.branchIf(help, op('i32.eqz', t.count))
  f.set(t.fraction, op('i32.add', t.first, t.count))
  f.branchIf(odd, op('i32.ne', load('i32.load8_u', t.fraction), i32(46)))
  f.branchIf(help, op('i32.and', leadingZero, op('i32.gt_u', t.count, i32(1))))
  // Shifted twice, for a shift by 64 would be one by 0.
  f.set(t.bytes, op('i64.shl', op('i64.shl', t.bytes, op('i64.sub', i64(56n), t.mask)), i64(8n)))
  f.set(t.whole, eightDigits(f, t.bytes))
  f.add(t.fraction, 1)
}

/** The 1 to 24 digits from `fraction` to `stop`, with `whole` before them. */
function emitFraction(f: FunctionBuilder, t: Work, odd: Label, help: Label): void {
  f.set(t.count, op('i32.sub', t.stop, t.fraction))
  f.branchIf(odd, op('i32.gt_u', op('i32.sub', t.count, i32(1)), i32(23)))
  f.block((read) => {
    f.if(op('i32.le_u', t.count, i32(16)), () => {
      emitSixteenDigits(f, t, t.count, odd)
      f.branch(read)
    })
    emitSixteenDigits(f, t, i32(16), odd)
    emitLastDigits(f, t, 24, op('i32.sub', t.count, i32(16)), odd)
    f.set(t.mask, eightDigits(f, t.bytes))
    f.branchIf(help, op('i64.gt_u', t.mask, i64(99n)))
    f.set(t.digits, op('i64.add', op('i64.mul', t.mask, i64(10n ** 16n)), t.digits))
  })
  const step = (power: Operand<'i32'>) => load('i64.load', op('i32.shl', power, i32(3)), stepsAt)
  f.if(op('i32.eqz', op('i64.eqz', t.whole)), () => {
    f.branchIf(help, op('i32.gt_u', t.count, i32(17)))
    f.branchIf(help, op('i64.ge_u', t.whole, step(op('i32.sub', i32(18), t.count))))
    f.set(t.digits, op('i64.add', t.digits, op('i64.mul', t.whole, step(t.count))))
  })
}

/** The last `count` (1 to 16) digits before `stop`: pairs, then fours, then eights. */
function emitSixteenDigits(f: FunctionBuilder, t: Work, count: Operand<'i32'>, odd: Label): void {
  const kept = load('v128.load', count, keptAt)
  const loaded = load('v128.load', op('i32.sub', t.stop, i32(16)))
  const bytes = f.let(op('v128.and', op('v128.xor', loaded, repeated(48)), kept))
  const odds = op('v128.or', bytes, op('i8x16.add', bytes, repeated(0x76)))
  f.branchIf(odd, op('i8x16.bitmask', odds))
  const tens = op('i16x8.mul', op('v128.and', bytes, repeated(0xff, 0)), repeated(10, 0))
  const pairs = op('i16x8.add', tens, op('i16x8.shr_u', bytes, i32(8)))
  const fours = f.let(op('i32x4.dot_i16x8_s', pairs, repeated(100, 0, 1, 0)))
  const packed = op('i16x8.narrow_i32x4_s', fours, fours)
  const eights = op('i32x4.dot_i16x8_s', packed, repeated(10_000 & 255, 10_000 >> 8, 1, 0))
  const both = f.let(extractLane('i64x2.extract_lane', eights, 0))
  const high = op('i64.mul', op('i64.and', both, i64(0xffffffffn)), i64(100_000_000n))
  f.set(t.digits, op('i64.add', high, op('i64.shr_u', both, i64(32n))))
}

/** Loads the last `count` (1 to 8) of the eight characters `back` before `stop`, with zeros for the others. */
function emitLastDigits(f: FunctionBuilder, t: Work, back: number, count: Operand<'i32'>, odd: Label): void {
  f.set(t.mask, op('i64.extend_i32_u', op('i32.sub', i32(64), op('i32.shl', count, i32(3)))))
  f.set(t.bytes, op('i64.xor', load('i64.load', op('i32.sub', t.stop, i32(back))), i64(zeros)))
  f.set(t.bytes, op('i64.shl', op('i64.shr_u', t.bytes, t.mask), t.mask))
  f.branchIf(odd, op('i32.eqz', op('i64.eqz', strange(t.bytes))))
}

/** Bit 7 of bytes that are not 0 to 9; true for the lowest such byte and those below it. */
function strange(bytes: Operand<'i64'>): Operand<'i64'> {
  const carried = op('i64.add', bytes, i64(0x7676767676767676n))
  return op('i64.and', op('i64.or', bytes, carried), i64(eighth))
}

/** Eight bytes of 0 to 9, the first digit in the lowest, as a number: pairs, then fours, then all. Changes `bytes`. */
function eightDigits(f: FunctionBuilder, bytes: Local<'i64'>): Operand<'i64'> {
  f.set(bytes, op('i64.add', op('i64.mul', bytes, i64(10n)), op('i64.shr_u', bytes, i64(8n))))
  const pairs = i64(0x000000ff000000ffn)
  const high = op('i64.mul', op('i64.and', bytes, pairs), i64(100n + (1_000_000n << 32n)))
  const low = op(
    'i64.mul',
    op('i64.and', op('i64.shr_u', bytes, i64(16n)), pairs),
    i64(1n + (10_000n << 32n)),
  )
  return op('i64.shr_u', op('i64.add', high, low), i64(32n))
}
