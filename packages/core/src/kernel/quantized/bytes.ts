/** Vectors of 8-bit numbers: where they come from, and as pairs of 16-bit numbers. */
import {
  type FunctionBuilder,
  i32,
  type Local,
  load,
  loadLane,
  type Operand,
  op,
  shuffle,
} from '../../wasm/index.ts'
import { vectorOp } from '../register.ts'

export type ByteType = 'uint8' | 'int8'

export const signOf = (dtype: ByteType): 's' | 'u' => (dtype === 'int8' ? 's' : 'u')

export function isByte(dtype: string): dtype is ByteType {
  return dtype === 'uint8' || dtype === 'int8'
}

/** The first byte at an address, as a number; 0 where the address is 0. */
export function zeroPoint(f: FunctionBuilder, dtype: ByteType, address: Operand<'i32'>): Local<'i32'> {
  const zero = f.let(i32(0))
  const at = f.let(address)
  f.if(at, () => f.set(zero, load(`i32.load8_${signOf(dtype)}`, at)))
  return zero
}

const evens = (from: number, count: number) => Array.from({ length: count }, (_, i) => from + 2 * i)
const alternating = (step: number) => Array.from({ length: 8 }, (_, i) => [i * step, 16 + i * step]).flat()

/**
 * `lanes` bytes that are `stride` apart, from the lowest lane on; the lanes behind them hold anything. Reads less than
 * 16 · `stride` + 16 bytes.
 */
export function stridedBytes(
  f: FunctionBuilder,
  stride: number,
  lanes: 4 | 8 | 16,
  at: Local<'i32'>,
): Operand<'v128'> {
  if (stride === 1) {
    if (lanes === 16) return load('v128.load', at)
    return load(lanes === 8 ? 'v128.load64_zero' : 'v128.load32_zero', at)
  }
  if (stride === 2) {
    const first = f.let(load('v128.load', at))
    return shuffle(first, lanes === 16 ? load('v128.load', at, 16) : first, evens(0, 16))
  }
  let bytes: Operand<'v128'> = load('v128.load8_splat', at)
  for (let lane = 1; lane < lanes; lane++) bytes = loadLane('v128.load8_lane', at, bytes, lane, lane * stride)
  return f.let(bytes)
}

/** Eight bytes at each of two addresses, `stride` apart, taken in turn: a pair for every position. */
export function pairedBytes(
  f: FunctionBuilder,
  stride: number,
  first: Local<'i32'>,
  second: Local<'i32'>,
): Operand<'v128'> {
  if (stride > 2)
    return shuffle(stridedBytes(f, stride, 8, first), stridedBytes(f, stride, 8, second), alternating(1))
  const read = (at: Local<'i32'>) => load(stride === 1 ? 'v128.load64_zero' : 'v128.load', at)
  return shuffle(read(first), read(second), alternating(stride))
}

/** Two vectors of bytes, taken in turn from the lowest lanes on. */
export function inTurn(a: Operand<'v128'>, b: Operand<'v128'>): Operand<'v128'> {
  return shuffle(a, b, alternating(1))
}

/** Sixteen bytes as two vectors of 16-bit numbers. */
export function widened(
  f: FunctionBuilder,
  dtype: ByteType,
  bytes: Operand<'v128'>,
): readonly [Operand<'v128'>, Operand<'v128'>] {
  const all = f.let(bytes)
  const half = (name: 'low' | 'high') => vectorOp(`i16x8.extend_${name}_i8x16_${signOf(dtype)}`, all)
  return [half('low'), half('high')]
}

/** A zero point in all lanes of 16-bit numbers. */
export function splatZero(f: FunctionBuilder, zero: Operand<'i32'>): Local<'v128'> {
  return f.let(op('i16x8.splat', zero))
}

/** Stores the first `count` bytes of a vector, `most` of them or less. */
export function storeBytes(
  f: FunctionBuilder,
  at: Operand<'i32'>,
  value: Local<'v128'>,
  count: Local<'i32'>,
  most: 4 | 8 | 16,
): void {
  f.if(
    op('i32.ge_s', count, i32(most)),
    () => {
      if (most === 16) f.store('v128.store', at, value)
      else f.storeLane(most === 8 ? 'v128.store64_lane' : 'v128.store32_lane', at, value, 0)
    },
    () => {
      const [to, rest] = [f.let(at), f.let(value)]
      for (const size of [8, 4, 2, 1] as const) {
        if (size >= most) continue
        f.if(op('i32.and', count, i32(size)), () => {
          f.storeLane(`v128.store${8 * size}_lane` as 'v128.store8_lane', to, rest, 0) // 8 to 64
          f.add(to, size)
          const moved = Array.from({ length: 16 }, (_, i) => (i + size) % 16)
          f.set(rest, shuffle(rest, rest, moved))
        })
      }
    },
  )
}
