/** Emits reductions: along contiguous elements, across rows of results, or element by element. */
import { i32, type Operand, op } from '../wasm/index.ts'
import type { KernelBuilder } from './kernel.ts'
import { emitAcross } from './reduce-across.ts'
import { emitAlong } from './reduce-along.ts'
import { contextOf, eachReduced, type ReductionCode, type ReductionLoops, stepOf } from './reduce-loops.ts'
import { emitWalk, type RowPart, smaller, type Walk } from './row-walk.ts'
import { emitScalar, scalarConstant } from './scalar-formula.ts'
import { bytesOf, loadScalar, storeScalar } from './storage.ts'

/** The code of a reduction's kernel. */
export function emitReduction(k: KernelBuilder, code: ReductionCode, walk: Walk): void {
  emitWalk(k, walk, (part) => {
    const loops = startLoops(k, code, part)
    const out = part.pointers[0]!
    switch (code.scheme) {
      case 'along':
        emitAlong(loops, out)
        break
      case 'across':
        emitAcross(loops, out, part)
        break
      case 'single':
        emitSingle(loops, out)
        break
      default:
        code.scheme satisfies never
    }
  })
}

function startLoops(
  k: KernelBuilder,
  code: ReductionCode,
  { pointers, start, indices }: RowPart,
): ReductionLoops {
  const { f, arg } = k
  const at = code.inputs.map(({ dtype, step }, i) => {
    const moves = code.scheme === 'across' && step === 1
    const moved = op('i32.add', pointers[i + 1]!, op('i32.mul', start, i32(bytesOf(dtype))))
    return f.let(moves ? moved : pointers[i + 1]!)
  })
  const sizes = Array.from({ length: code.reduced }, (_, axis) => f.let(arg(`reduced${axis}`)))
  if (code.inParts) {
    const part = f.let(arg('part'))
    const rest = f.let(op('i32.sub', sizes[0]!, op('i32.mul', indices[0]!, part)))
    f.set(sizes[0]!, smaller(rest, part))
  }
  return { k, code, at, sizes }
}

/** One result, from one element at a time. */
function emitSingle(loops: ReductionLoops, out: Operand<'i32'>): void {
  const { k, code, at } = loops
  const { f } = k
  const { dtype } = code.formula
  const sum = f.let(scalarConstant(code.identity.value, dtype))
  const index = 1 + Math.max(-1, ...code.inputs.map((one) => one.index))
  const step = stepOf(code, index)
  eachReduced(loops, code.reduced, () => {
    const held = new Map<number, Operand>([[index, sum]])
    code.inputs.forEach((one, i) => void held.set(one.index, f.let(loadScalar(f, one.dtype, at[i]!))))
    f.set(
      sum,
      emitScalar(
        step,
        contextOf(k, (i) => held.get(i)!),
      ),
    )
  })
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
