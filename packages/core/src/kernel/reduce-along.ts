/**
 * One result from elements that lie one behind the other. Sums of floats are made of blocks, whose sums are then added:
 * the error grows with the square root of the block's length and of the number of blocks, not with that of the row.
 */
import { i32, i32x4, type Local, type Operand, op, shuffle32 } from '../wasm/index.ts'
import { isLight } from './formula-cost.ts'
import { constantPool } from './formula-emitter.ts'
import { contextOf, eachReduced, joinOf, type ReductionLoops, stepOf } from './reduce-loops.ts'
import { emitScalar } from './scalar-formula.ts'
import { bytesOf, laneAsScalar, loadSplat, loadVector, storeScalar } from './storage.ts'
import { emitVector, vectorEmitter } from './vector-formula.ts'

type Vector = Operand<'v128'>

/** Turns of a loop that adds to the same registers. */
const block = 64

/** Emits the loops; the innermost reduced axis is the one that vectors lie along. */
export function emitAlong(loops: ReductionLoops, out: Operand<'i32'>): void {
  const { k, code, sizes } = loops
  const { f } = k
  const { dtype } = code.formula
  const identity = f.let(
    emitVector(
      code.identity,
      contextOf<'v128'>(k, () => i32x4(0)),
    ),
  )
  const total = f.let(identity)
  const join = (a: Vector, b: Vector) =>
    emitVector(
      joinOf(code),
      contextOf(k, (index) => (index === 0 ? a : b)),
    )
  eachReduced(loops, code.reduced - 1, () => emitLine(loops, sizes[code.reduced - 1]!, total, identity, join))
  f.set(total, join(total, f.let(shuffle32(total, total, [2, 3, 0, 1]))))
  f.set(total, join(total, f.let(shuffle32(total, total, [1, 0, 3, 2]))))
  const sum = f.let(laneAsScalar(dtype, total, 0))
  storeScalar(
    f,
    code.finish.dtype,
    out,
    emitScalar(
      code.finish,
      contextOf(k, () => sum),
    ),
  )
}

type Join = (a: Vector, b: Vector) => Vector

/** Combines `length` elements with `total`. */
function emitLine(
  { k, code, at }: ReductionLoops,
  length: Local<'i32'>,
  total: Local<'v128'>,
  identity: Vector,
  join: Join,
): void {
  const { f, m, target } = k
  const lanes = isLight(code.formula) ? 4 : 2
  const walking = code.inputs.map((_, i) => f.let(at[i]!))
  const held = new Map<number, Vector>()
  code.inputs.forEach((one, i) => {
    if (one.step === 0) held.set(one.index, f.let(loadSplat(f, one.dtype, walking[i]!)))
  })
  const accumulator = 1 + Math.max(-1, ...code.inputs.map((one) => one.index))
  const context = {
    ...{ m, f, target, inlineMath: true, constants: constantPool(f) },
    input: (index: number) => held.get(index)!,
  }
  const emitter = vectorEmitter(context)
  emitter.hoist(code.formula, (index) => code.inputs.some((one) => one.index === index && one.step === 0))
  const fill = (ahead: number) => {
    code.inputs.forEach((one, i) => {
      if (one.step === 0) return
      held.set(one.index, f.let(loadVector(f, one.dtype, walking[i]!, ahead * bytesOf(one.dtype))))
    })
  }
  const advance = (elements: number) => {
    code.inputs.forEach((one, i) => {
      if (one.step === 1) f.add(walking[i]!, elements * bytesOf(one.dtype))
    })
  }
  const step = stepOf(code, accumulator)
  const take = (sum: Local<'v128'>, ahead: number) => {
    fill(ahead)
    held.set(accumulator, sum)
    f.set(sum, emitter.emit(step))
  }
  const sums = Array.from({ length: lanes }, () => f.local('v128'))
  const turns = f.let(op('i32.div_u', length, i32(4 * lanes)))
  const inBlock = f.local('i32')
  f.block((done) => {
    f.loop((again) => {
      f.branchIf(done, op('i32.eqz', turns))
      f.set(inBlock, turns)
      f.if(op('i32.gt_s', turns, i32(block)), () => f.set(inBlock, i32(block)))
      f.set(turns, op('i32.sub', turns, inBlock))
      for (const sum of sums) f.set(sum, identity)
      f.repeat(inBlock, () => {
        sums.forEach((sum, i) => take(sum, 4 * i))
        advance(4 * lanes)
      })
      for (let width = lanes / 2; width >= 1; width /= 2)
        for (let i = 0; i < width; i++) f.set(sums[i]!, join(sums[i]!, sums[i + width]!))
      f.set(total, join(total, sums[0]!))
      f.branch(again)
    })
  })
  f.repeat(op('i32.and', op('i32.shr_u', length, i32(2)), i32(lanes - 1)), () => {
    take(total, 0)
    advance(4)
  })
  const rest = f.let(op('i32.and', length, i32(3)))
  f.if(rest, () => {
    fill(0)
    const last = op('i32x4.lt_s', i32x4(0, 1, 2, 3), op('i32x4.splat', rest))
    const valid = f.let(op('v128.bitselect', emitter.emit(code.formula), identity, last))
    f.set(total, join(total, valid))
  })
}
