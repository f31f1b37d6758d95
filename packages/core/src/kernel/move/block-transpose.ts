/** Transposition of small blocks in registers. */
import type { FunctionBuilder, Local, Operand } from '../../wasm/index.ts'
import { load, op, shuffle } from '../../wasm/index.ts'
import type { Unit } from './element.ts'

/** Rows and columns of a block, by the size of its elements. */
export const blockSide = { 1: 8, 2: 8, 4: 4, 8: 2 } as const

type BlockUnit = keyof typeof blockSide & Unit

/** Elements of two vectors in turn: those of the lower halves, or those of the upper ones. */
function interleave(unit: number, a: Operand<'v128'>, b: Operand<'v128'>, half: 0 | 1): Operand<'v128'> {
  const lanes = Array.from({ length: 16 }, (_, i) => {
    const element = Math.floor(i / (2 * unit))
    const isSecond = Math.floor(i / unit) % 2
    return 16 * isSecond + half * 8 + element * unit + (i % unit)
  })
  return shuffle(a, b, lanes)
}

/** One round of the transposition: after log2(rows) of them every vector is a column. */
function rounds(
  f: FunctionBuilder,
  unit: number,
  rows: readonly Local<'v128'>[],
  count: number,
): readonly Local<'v128'>[] {
  if (count === 0) return rows
  const half = rows.length / 2
  const next = Array.from({ length: half }, (_, i) =>
    ([0, 1] as const).map((part) => f.let(interleave(unit, rows[i]!, rows[i + half]!, part))),
  )
  return rounds(f, unit, next.flat(), count - 1)
}

/**
 * Reads a square block, whose rows lie `fromStride` bytes apart at `from`, and writes its columns, `toStride` apart,
 * to `to`.
 */
export function transposeBlock(
  f: FunctionBuilder,
  unit: BlockUnit,
  from: Operand<'i32'>,
  fromStride: Local<'i32'>,
  to: Operand<'i32'>,
  toStride: Local<'i32'>,
): void {
  const side = blockSide[unit]
  const source = f.let(from)
  const rows = Array.from({ length: side }, (_, i) => {
    if (i > 0) f.add(source, fromStride)
    return f.let(load(unit === 1 ? 'v128.load64_zero' : 'v128.load', source))
  })
  const target = f.let(to)
  const next = () => f.add(target, toStride)
  if (unit === 1) {
    // Half vectors first pair up, so that one round leaves no upper halves.
    const pairs = Array.from({ length: 4 }, (_, i) => f.let(interleave(1, rows[i]!, rows[i + 4]!, 0)))
    rounds(f, 1, pairs, 2).forEach((columns, i) => {
      if (i > 0) next()
      f.storeLane('v128.store64_lane', target, columns, 0)
      next()
      f.storeLane('v128.store64_lane', target, columns, 1)
    })
    return
  }
  rounds(f, unit, rows, Math.log2(side)).forEach((column, i) => {
    if (i > 0) next()
    f.store('v128.store', target, column)
  })
}

/** The address `start + index · stride`. */
export function strided(
  start: Operand<'i32'>,
  index: Operand<'i32'>,
  stride: Operand<'i32'>,
): Operand<'i32'> {
  return op('i32.add', start, op('i32.mul', index, stride))
}
