/** Rows of results: vectors lie along the results, and each takes in one element after the other. */
import { i32, i32x4, type Local, type Operand, op } from '../wasm/index.ts'
import { isLight } from './formula-cost.ts'
import { constantPool } from './formula-emitter.ts'
import { contextOf, eachReduced, joinOf, type ReductionLoops, stepOf } from './reduce-loops.ts'
import type { RowPart } from './row-walk.ts'
import { bytesOf, loadSplat, loadVector, storeFirst, storeVector } from './storage.ts'
import { emitVector, vectorEmitter } from './vector-formula.ts'

type Vector = Operand<'v128'>

/** Elements that are added to the same register before that is added to the total. */
const block = 256

/** Emits the results of a part of a row, some vectors at a time. */
export function emitAcross(loops: ReductionLoops, out: Local<'i32'>, { start, count }: RowPart): void {
  const { k, code, at } = loops
  const { f } = k
  const { dtype } = code.finish
  const target = f.let(op('i32.add', out, op('i32.mul', start, i32(bytesOf(dtype)))))
  const advance = (vectors: number) => {
    f.add(target, 4 * vectors * bytesOf(dtype))
    code.inputs.forEach((one, i) => {
      if (one.step === 1) f.add(at[i]!, 4 * vectors * bytesOf(one.dtype))
    })
  }
  const several = isLight(code.formula) ? 4 : 2
  f.repeat(op('i32.div_u', count, i32(4 * several)), () => {
    emitColumns(loops, several).forEach((value, i) => {
      storeVector(f, dtype, target, value, 4 * i * bytesOf(dtype))
    })
    advance(several)
  })
  const rest = f.let(op('i32.rem_u', count, i32(4 * several)))
  f.repeat(op('i32.shr_u', op('i32.add', rest, i32(3)), i32(2)), () => {
    const value = f.let(emitColumns(loops, 1)[0]!)
    f.if(
      op('i32.ge_s', rest, i32(4)),
      () => storeVector(f, dtype, target, value),
      () => storeFirst(f, dtype, target, value, rest),
    )
    f.add(rest, -4)
    advance(1)
  })
}

/** The finished results of neighbouring vectors. */
function emitColumns(loops: ReductionLoops, vectors: number): Vector[] {
  const { k, code, at } = loops
  const { f, m, target } = k
  const constants = constantPool(f)
  const identity = f.let(
    emitVector(
      code.identity,
      contextOf<'v128'>(k, () => i32x4(0)),
    ),
  )
  const totals = Array.from({ length: vectors }, () => f.let(identity))
  const sums = Array.from({ length: vectors }, () => f.let(identity))
  const accumulator = 1 + Math.max(-1, ...code.inputs.map((one) => one.index))
  const step = stepOf(code, accumulator)
  const held = new Map<number, Vector>()
  const emitter = vectorEmitter({
    ...{ m, f, target, constants, inlineMath: true },
    input: (index) => held.get(index)!,
  })
  const left = f.let(i32(block))
  const addUp = () => {
    totals.forEach((total, i) => {
      f.set(
        total,
        emitVector(
          joinOf(code),
          contextOf(k, (index) => (index === 0 ? total : sums[i]!)),
        ),
      )
      f.set(sums[i]!, identity)
    })
  }
  eachReduced(loops, code.reduced, () => {
    sums.forEach((sum, v) => {
      code.inputs.forEach((one, i) => {
        const loaded =
          one.step === 0
            ? v === 0 && loadSplat(f, one.dtype, at[i]!)
            : loadVector(f, one.dtype, at[i]!, 4 * v * bytesOf(one.dtype))
        if (loaded) held.set(one.index, f.let(loaded))
      })
      held.set(accumulator, sum)
      f.set(sum, emitter.emit(step))
    })
    f.add(left, -1)
    f.if(op('i32.eqz', left), () => {
      addUp()
      f.set(left, i32(block))
    })
  })
  addUp()
  return totals.map((total) =>
    emitVector(
      code.finish,
      contextOf(k, () => total),
    ),
  )
}
