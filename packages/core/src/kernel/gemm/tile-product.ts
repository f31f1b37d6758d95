/**
 * The inner loop of every matrix product: a tile of accumulators in registers, fed one column of A and one row of B at
 * a time. One step per turn and immediate offsets, because engines hoist the loads of a basic block above its
 * multiply-adds: what an unrolled loop loads no longer fits the registers.
 */
import type { FunctionBuilder, Local, Operand } from '../../wasm/index.ts'
import { i32, load, op } from '../../wasm/index.ts'
import type { RegisterTile, Target } from '../target.ts'

/** Elements that lie side by side in each step, and how far the next step is. */
export interface StepOperand {
  readonly kind: 'steps'
  readonly at: Local<'i32'>
  readonly stepBytes: Operand<'i32'> | number
}

/** Elements that lie side by side in each step; a table has the distance of every step from the first element. */
export interface TableOperand {
  readonly kind: 'table'
  readonly from: Local<'i32'>
  readonly table: Local<'i32'>
  /** Where the step at hand is. */
  readonly at: Local<'i32'>
}

/** One address per row; the elements of a row lie side by side. */
export interface RowOperand {
  readonly kind: 'rows'
  readonly at: readonly Local<'i32'>[]
}

/** a * b + c on vectors: fused where the target allows it. */
export function multiplyAdd(
  target: Target,
  a: Operand<'v128'>,
  b: Operand<'v128'>,
  c: Operand<'v128'>,
): Operand<'v128'> {
  return target.relaxed ? op('f32x4.relaxed_madd', a, b, c) : op('f32x4.add', op('f32x4.mul', a, b), c)
}

/** What is done in every step. */
export interface InnerStep {
  /** a · b + c. */
  accumulate(target: Target, a: Operand<'v128'>, b: Operand<'v128'>, c: Operand<'v128'>): Operand<'v128'>
  /** Columns number `v` of the tile, at the step that an address is at. */
  column(at: Local<'i32'>, v: number): Operand<'v128'>
}

const floatStep: InnerStep = { accumulate: multiplyAdd, column: (at, v) => load('v128.load', at, 16 * v) }

/** Accumulators of a tile, row by row. */
export function tileLocals(f: FunctionBuilder, { rows, vectors }: RegisterTile): Local<'v128'>[] {
  return Array.from({ length: rows * vectors }, () => f.local('v128'))
}

/** acc += A · B over `depth` steps. Moves the addresses of the operands and counts `depth` down; elements take 4 bytes. */
export function emitTileProduct(
  f: FunctionBuilder,
  target: Target,
  tile: RegisterTile,
  acc: readonly Local<'v128'>[],
  a: StepOperand | RowOperand,
  b: StepOperand | TableOperand,
  depth: Local<'i32'>,
  { accumulate, column: readColumn }: InnerStep = floatStep,
): void {
  const columns = Array.from({ length: tile.vectors }, () => f.local('v128'))
  const row = f.local('v128')
  f.block((leave) => {
    f.branchIf(leave, op('i32.le_s', depth, i32(0)))
    f.loop((again) => {
      if (b.kind === 'table') f.set(b.at, op('i32.add', b.from, load('i32.load', b.table)))
      columns.forEach((column, v) => void f.set(column, readColumn(b.at, v)))
      for (let r = 0; r < tile.rows; r++) {
        const splat =
          a.kind === 'steps' ? load('v128.load32_splat', a.at, 4 * r) : load('v128.load32_splat', a.at[r]!)
        f.set(row, splat)
        columns.forEach((column, v) => {
          const sum = acc[r * tile.vectors + v]!
          f.set(sum, accumulate(target, row, column, sum))
        })
      }
      if (a.kind === 'steps') f.add(a.at, a.stepBytes)
      else for (const at of a.at) f.add(at, 4)
      if (b.kind === 'table') f.add(b.table, 4)
      else f.add(b.at, b.stepBytes)
      f.set(depth, op('i32.sub', depth, i32(1)))
      f.branchIf(again, depth)
    })
  })
}
