/** Idioms of code over vectors of four floats: sums across lanes, rows with a rest, stores of a part of a vector. */
import type { FunctionBuilder, Local, Operand } from '../../wasm/index.ts'
import { extractLane, f32x4, i32, i32x4, load, op, shuffle32 } from '../../wasm/index.ts'
import type { Target } from '../target.ts'

export type I32 = Operand<'i32'>
export type F32 = Operand<'f32'>
export type V128 = Operand<'v128'>

/** a · b + c, rounded once where the target allows it. */
export function madd({ relaxed }: Target, a: V128, b: V128, c: V128): V128 {
  return relaxed ? op('f32x4.relaxed_madd', a, b, c) : op('f32x4.add', op('f32x4.mul', a, b), c)
}

/** The sum of integers; numbers are constants. */
export function plus(first: I32, ...rest: readonly (I32 | number)[]): I32 {
  return rest.reduce<I32>(
    (sum, item) => (item === 0 ? sum : op('i32.add', sum, typeof item === 'number' ? i32(item) : item)),
    first,
  )
}

/** The product of integers; numbers are constants. */
export function times(a: I32, b: I32 | number): I32 {
  if (b === 1) return a
  if (typeof b === 'number' && Number.isInteger(Math.log2(b))) return op('i32.shl', a, i32(Math.log2(b)))
  return op('i32.mul', a, typeof b === 'number' ? i32(b) : b)
}

/** The smaller of two integers. */
export function smaller(f: FunctionBuilder, a: I32, b: I32): Local<'i32'> {
  const out = f.let(a)
  const other = f.let(b)
  f.if(op('i32.gt_s', out, other), () => f.set(out, other))
  return out
}

/** Four neighbours in memory. */
export const vector = (address: I32, offset = 0): V128 => load('v128.load', address, offset)
export const splat = (address: I32, offset = 0): V128 => load('v128.load32_splat', address, offset)
export const floatAt = (address: I32, offset = 0): F32 => load('f32.load', address, offset)

/** The sum of the four lanes. */
export function laneSum(f: FunctionBuilder, value: V128): F32 {
  return acrossLanes(f, value, 'f32x4.add')
}

/** The largest of the four lanes; a NaN may be lost. */
export function laneMax(f: FunctionBuilder, value: V128): F32 {
  return acrossLanes(f, value, 'f32x4.pmax')
}

function acrossLanes(f: FunctionBuilder, value: V128, combine: 'f32x4.add' | 'f32x4.pmax'): F32 {
  const halves = f.let(value)
  f.set(halves, op(combine, halves, shuffle32(halves, halves, [2, 3, 0, 1])))
  f.set(halves, op(combine, halves, shuffle32(halves, halves, [1, 0, 3, 2])))
  return extractLane('f32x4.extract_lane', halves, 0)
}

/** All bits set in the first `count` lanes. */
export function laneMask(count: I32): V128 {
  return op('i32x4.gt_s', op('i32x4.splat', count), i32x4(0, 1, 2, 3))
}

/** Stores the first `count` lanes, 1 to 3. */
export function storeLanes(f: FunctionBuilder, address: I32, value: V128, count: I32): void {
  const rest = f.let(value)
  const at = f.let(address)
  f.if(op('i32.and', count, i32(2)), () => {
    f.storeLane('v128.store64_lane', at, rest, 0)
    f.add(at, 8)
    f.set(rest, shuffle32(rest, rest, [2, 3, 2, 3]))
  })
  f.if(op('i32.and', count, i32(1)), () => f.storeLane('v128.store32_lane', at, rest, 0))
}

/** Stores all four lanes, or the first `count` where that is given. */
export function storeSome(f: FunctionBuilder, address: I32, value: V128, count: I32 | undefined): void {
  if (count) storeLanes(f, address, value, count)
  else f.store('v128.store', address, value)
}

/**
 * `body` for every four of `count` neighbours and for the 1 to 3 that may remain, whose number it is given then. The
 * pointers move on by a vector each time.
 */
export function overRow(
  f: FunctionBuilder,
  count: I32,
  pointers: readonly Local<'i32'>[],
  body: (left: I32 | undefined) => void,
): void {
  f.repeat(op('i32.shr_u', count, i32(2)), () => {
    body(undefined)
    for (const pointer of pointers) f.add(pointer, 16)
  })
  const left = f.let(op('i32.and', count, i32(3)))
  f.if(left, () => body(left))
}

/** `body` for the numbers of a task: `each` from task · each on, at most up to `total`. */
export function overTask(
  f: FunctionBuilder,
  task: I32,
  each: I32,
  total: I32,
  body: (index: Local<'i32'>) => void,
): void {
  const from = f.let(times(task, each))
  const to = smaller(f, plus(from, each), total)
  const index = f.local('i32')
  f.for(index, from, to, 1, () => body(index))
}

/** What `add` makes of `count` neighbours from `address` on, starting from 0; in no particular order. */
export function rowSum(f: FunctionBuilder, address: I32, count: I32, add: (sum: V128, x: V128) => V128): F32 {
  const at = f.let(address)
  const sums = Array.from({ length: 4 }, () => f.local('v128'))
  for (const sum of sums) f.set(sum, f32x4(0))
  f.repeat(op('i32.shr_u', count, i32(4)), () => {
    sums.forEach((sum, i) => f.set(sum, add(sum, vector(at, 16 * i))))
    f.add(at, 64)
  })
  const [first, ...others] = sums as [Local<'v128'>, ...Local<'v128'>[]] // four
  overRow(f, op('i32.and', count, i32(15)), [at], (left) => {
    const next = add(first, vector(at))
    f.set(first, left ? op('v128.bitselect', next, first, laneMask(left)) : next)
  })
  for (const sum of others) f.set(first, op('f32x4.add', first, sum))
  return laneSum(f, first)
}
