/** Emitters that move adjacent bytes. */
import type { FunctionBuilder, Local, Operand } from '../../wasm/index.ts'
import { i32, load, op } from '../../wasm/index.ts'
import { moveUnit, type Unit } from './element.ts'

/** From so many bytes on, the engine's own copy is worth its call. */
export const longRunBytes = 512

/** A copy of a few bytes, at least one: in the widest pieces that fit, of which the last two may overlap. */
export function moveShortRun(
  f: FunctionBuilder,
  to: Local<'i32'>,
  from: Local<'i32'>,
  bytes: Local<'i32'>,
): void {
  const isBelow = (count: number) => op('i32.lt_u', bytes, i32(count))
  const both = (unit: Unit) => {
    moveUnit(f, unit, to, from)
    const last = op('i32.sub', bytes, i32(unit))
    moveUnit(f, unit, op('i32.add', to, last), op('i32.add', from, last))
  }
  f.if(
    isBelow(16),
    () =>
      f.if(
        isBelow(4),
        () =>
          f.if(
            isBelow(2),
            () => moveUnit(f, 1, to, from),
            () => both(2),
          ),
        () =>
          f.if(
            isBelow(8),
            () => both(4),
            () => both(8),
          ),
      ),
    () => moveVectors(f, to, from, bytes),
  )
}

/** A copy of 16 bytes or more. */
function moveVectors(f: FunctionBuilder, to: Local<'i32'>, from: Local<'i32'>, bytes: Local<'i32'>): void {
  const [source, target] = [f.let(from), f.let(to)]
  const last = f.let(op('i32.sub', bytes, i32(16)))
  const vectors = f.let(op('i32.shr_u', op('i32.add', last, i32(15)), i32(4)))
  f.repeat(op('i32.shr_u', vectors, i32(2)), () => {
    for (let at = 0; at < 64; at += 16) moveUnit(f, 16, target, source, [at, at])
    f.add(source, 64)
    f.add(target, 64)
  })
  f.repeat(op('i32.and', vectors, i32(3)), () => {
    moveUnit(f, 16, target, source)
    f.add(source, 16)
    f.add(target, 16)
  })
  moveUnit(f, 16, op('i32.add', to, last), op('i32.add', from, last))
}

/** Offsets of vectors that cover `bytes`, 16 or more, of which the last two may overlap. */
export function eachVector(
  f: FunctionBuilder,
  bytes: Operand<'i32'>,
  body: (at: Local<'i32'>) => void,
): void {
  const last = f.let(op('i32.sub', bytes, i32(16)))
  const at = f.local('i32')
  f.for(at, 0, last, 16, () => body(at))
  body(last)
}

/** Stores a vector over so many bytes; `pattern` must repeat within the unit that divides them. */
export function fillVector(
  f: FunctionBuilder,
  unit: Unit,
  to: Local<'i32'>,
  pattern: Local<'v128'>,
  bytes: Local<'i32'>,
): void {
  const isLong = op('i32.ge_u', bytes, i32(16))
  const byVectors = () => eachVector(f, bytes, (at) => f.store('v128.store', op('i32.add', to, at), pattern))
  if (unit === 16) {
    byVectors()
    return
  }
  const lane = {
    1: 'v128.store8_lane',
    2: 'v128.store16_lane',
    4: 'v128.store32_lane',
    8: 'v128.store64_lane',
  } as const
  f.if(isLong, byVectors, () => {
    const at = f.local('i32')
    f.for(at, 0, bytes, unit, () => f.storeLane(lane[unit], op('i32.add', to, at), pattern, 0))
  })
}

const splats = {
  1: 'v128.load8_splat',
  2: 'v128.load16_splat',
  4: 'v128.load32_splat',
  8: 'v128.load64_splat',
  16: 'v128.load',
} as const

/** The unit at an address, as often as a vector holds it. */
export function loadSplat(unit: Unit, address: Operand<'i32'>): Operand<'v128'> {
  return load(splats[unit], address)
}

/** How a block of a size that all blocks of a call share is moved. */
export type BlockMove = Unit | 'short' | 'long'

/** The way that suits a block of so many bytes. */
export function blockMove(bytes: number): BlockMove {
  const unit = ([1, 2, 4, 8, 16] as const).find((size) => size === bytes)
  return unit ?? (bytes < longRunBytes ? 'short' : 'long')
}

/** Moves a block; `bytes` is what `blockMove` was asked about. */
export function moveBlock(
  f: FunctionBuilder,
  how: BlockMove,
  to: Local<'i32'>,
  from: Local<'i32'>,
  bytes: Local<'i32'>,
): void {
  if (how === 'long') f.copy(to, from, bytes)
  else if (how === 'short') moveShortRun(f, to, from, bytes)
  else moveUnit(f, how, to, from)
}
