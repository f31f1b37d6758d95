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

/** How a line is read: `take` combines the four elements that lie `ahead` with a sum, `value` computes them. */
interface Line {
  take(sum: Local<'v128'>, ahead: number): void
  value(): Vector
  advance(elements: number): void
}

function openLine({ k, code, at }: ReductionLoops): Line {
  const { f, m, target } = k
  const walking = code.inputs.map((_, i) => f.let(at[i]!))
  const held = new Map<number, Vector>()
  code.inputs.forEach((one, i) => {
    if (one.step === 0) held.set(one.index, f.let(loadSplat(f, one.dtype, walking[i]!)))
  })
  const emitter = vectorEmitter({
    ...{ m, f, target, inlineMath: true, constants: constantPool(f) },
    input: (index) => held.get(index)!,
  })
  emitter.hoist(code.formula, (index) => code.inputs.some((one) => one.index === index && one.step === 0))
  const fill = (ahead: number) => {
    code.inputs.forEach((one, i) => {
      if (one.step === 0) return
      held.set(one.index, f.let(loadVector(f, one.dtype, walking[i]!, ahead * bytesOf(one.dtype))))
    })
  }
  const accumulator = 1 + Math.max(-1, ...code.inputs.map((one) => one.index))
  const step = stepOf(code, accumulator)
  return {
    take(sum, ahead) {
      fill(ahead)
      held.set(accumulator, sum)
      f.set(sum, emitter.emit(step))
    },
    value() {
      fill(0)
      return emitter.emit(code.formula)
    },
    advance(elements) {
      code.inputs.forEach((one, i) => {
        if (one.step === 1) f.add(walking[i]!, elements * bytesOf(one.dtype))
      })
    },
  }
}

/** Combines `length` elements with `total`. */
function emitLine(
  loops: ReductionLoops,
  length: Local<'i32'>,
  total: Local<'v128'>,
  identity: Vector,
  join: Join,
): void {
  const { f } = loops.k
  const lanes = isLight(loops.code.formula) ? 4 : 2
  const line = openLine(loops)
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
        sums.forEach((sum, i) => line.take(sum, 4 * i))
        line.advance(4 * lanes)
      })
      for (let width = lanes / 2; width >= 1; width /= 2)
        for (let i = 0; i < width; i++) f.set(sums[i]!, join(sums[i]!, sums[i + width]!))
      f.set(total, join(total, sums[0]!))
      f.branch(again)
    })
  })
  f.repeat(op('i32.and', op('i32.shr_u', length, i32(2)), i32(lanes - 1)), () => {
    line.take(total, 0)
    line.advance(4)
  })
  const rest = f.let(op('i32.and', length, i32(3)))
  f.if(rest, () => {
    const last = op('i32x4.lt_s', i32x4(0, 1, 2, 3), op('i32x4.splat', rest))
    const valid = f.let(op('v128.bitselect', line.value(), identity, last))
    f.set(total, join(total, valid))
  })
}
