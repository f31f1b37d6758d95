/** The kernel of C = A · B for 8-bit numbers in panels of pairs, with 32-bit sums. */
import { i32, type Local, load, type Operand, op } from '../../wasm/index.ts'

import { emitTileProduct, type InnerStep, type StepOperand, tileLocals } from '../gemm/tile-product.ts'
import { defineKernel, type Kernel, type KernelBuilder, type ParamSpec } from '../kernel.ts'
import type { BoundEpilogue } from '../lower.ts'
import { type RegisterTile, type Target, targetKey } from '../target.ts'
import type { ByteType } from './bytes.ts'
import { type ColumnForm, columnBytes, columnKey, emitCorrection, readColumns } from './columns.ts'
import { emitProductStore } from './product-store.ts'

/** What changes the code. */
export interface ProductForm {
  readonly tile: RegisterTile
  readonly b: ColumnForm
  /** An int32 per row or per column that sums start from. */
  readonly start: 'none' | 'rows' | 'columns'
  readonly output: 'int32' | 'float32' | ByteType
  /** What factors there are of: one for all counts as rows. */
  readonly factors: 'rows' | 'columns'
  /** A float per column that is added to a float result. */
  readonly hasBias: boolean
  readonly epilogue: BoundEpilogue | undefined
}

export const productParams = {
  a: 'in',
  b: 'in',
  c: 'out',
  start: 'in',
  factors: 'in',
  bias: 'in',
  /** Zero points of B in panels of bytes, and sums of the rows of A. */
  bZero: 'in',
  rowSums: 'in',
  /** Bytes of them from matrix to matrix. */
  rowSumBatch: 'i32',
  /** The output's zero point. */
  zero: 'in',
  /** Pairs of matrix numbers of A and B for each matrix of C; absent: the same numbers, times `aBatch`, `bBatch`. */
  matrices: 'in',
  rows: 'i32',
  columns: 'i32',
  /** Steps of the sum, two by two. */
  pairs: 'i32',
  aBatch: 'i32',
  bBatch: 'i32',
  /** Bytes from row to row of factors, and of factors and start from matrix to matrix of A. */
  factorStep: 'i32',
  factorBatch: 'i32',
  startBatch: 'i32',
  rowBlock: 'i32',
  columnBlock: 'i32',
  depthBlock: 'i32',
  matrixTasks: 'i32',
  rowTasks: 'i32',
} as const satisfies ParamSpec

export type ProductBuilder = KernelBuilder<typeof productParams>

/** The part of C that a task computes. */
export interface ProductTask {
  readonly batch: Local<'i32'>
  readonly aNumber: Local<'i32'>
  readonly bNumber: Local<'i32'>
  readonly row: Local<'i32'>
  readonly column: Local<'i32'>
  readonly rows: Local<'i32'>
  readonly columns: Local<'i32'>
}

const outputBytes = (output: ProductForm['output']) => (output === 'int32' || output === 'float32' ? 4 : 1)
const spareBytes = ({ rows, vectors }: RegisterTile) => Math.ceil((16 * rows * vectors) / 64) * 64

/** Bytes of scratch for tasks of so many columns. */
export function productScratchBytes({ tile, b }: ProductForm, columnBlock: number, pairs: number): number {
  const width = 4 * tile.vectors
  const packed =
    b.kind === 'source' ? 4 * Math.ceil(columnBlock / width) * width * pairs + b.source.scratchBytes : 0
  return spareBytes(tile) + packed
}

export function productKernel(target: Target, form: ProductForm): Kernel<typeof productParams> {
  const { tile, b, start, output, factors, hasBias, epilogue } = form
  const finish = output === 'int32' ? '' : `${factors}${hasBias ? '+bias' : ''}:${epilogue?.key ?? ''}`
  const parts = [targetKey({ ...target, tile }), columnKey(b), start, output, finish]
  return defineKernel<ParamSpec>({
    key: `integer-product:${parts.join(':')}`,
    params: { ...productParams, ...(b.kind === 'source' && b.source.params), ...epilogue?.params },
    emit: (k) => emitTask(k as ProductBuilder, form), // the other parameters come on top
  }) as Kernel<typeof productParams> // as above
}

const plus = (...parts: readonly Operand<'i32'>[]) => parts.reduce((sum, part) => op('i32.add', sum, part))
const times = (a: Operand<'i32'>, b: Operand<'i32'> | number) =>
  op('i32.mul', a, typeof b === 'number' ? i32(b) : b)

function taskOf({ f, task, arg }: ProductBuilder): ProductTask {
  const batch = f.let(op('i32.div_u', task, arg('matrixTasks')))
  const rest = f.let(op('i32.rem_u', task, arg('matrixTasks')))
  const row = f.let(times(op('i32.div_u', rest, arg('rowTasks')), arg('rowBlock')))
  const column = f.let(times(op('i32.rem_u', rest, arg('rowTasks')), arg('columnBlock')))
  const size = (whole: Operand<'i32'>, at: Local<'i32'>, block: Operand<'i32'>) => {
    const left = f.let(op('i32.sub', whole, at))
    f.if(op('i32.gt_s', left, block), () => f.set(left, block))
    return left
  }
  const [aNumber, bNumber, pairs] = [f.let(batch), f.let(batch), f.let(arg('matrices'))]
  f.if(pairs, () => {
    const at = f.let(plus(pairs, op('i32.shl', batch, i32(3))))
    f.set(aNumber, load('i32.load', at))
    f.set(bNumber, load('i32.load', at, 4))
  })
  const rows = size(arg('rows'), row, arg('rowBlock'))
  const columns = size(arg('columns'), column, arg('columnBlock'))
  return { batch, aNumber, bNumber, row, column, rows, columns }
}

function emitTask(k: ProductBuilder, form: ProductForm): void {
  const { f, arg, target } = k
  const { tile } = form
  const t = taskOf(k)
  const pairs = f.let(arg('pairs'))
  const aBytes = f.let(times(pairs, 4 * tile.rows))
  const stepBytes = columnBytes(form.b) * tile.vectors
  const bBytes = f.let(times(pairs, stepBytes))
  const panelA = f.let(
    plus(arg('a'), times(t.aNumber, arg('aBatch')), times(op('i32.div_u', t.row, i32(tile.rows)), aBytes)),
  )
  const b = panelsOfB(k, form, t, pairs, bBytes)
  const acc = tileLocals(f, tile)
  const [row, column] = [f.local('i32'), f.local('i32')]
  const store = emitProductStore(k, form, t, outputBytes(form.output))
  const correct = correction(k, form, t)
  const inner: InnerStep = {
    accumulate: multiplyAddPairs,
    column: (at, v) => readColumns(form.b, at, v),
  }
  f.for(row, 0, t.rows, tile.rows, () => {
    const panelB = f.let(b)
    store.startRow(row)
    f.for(column, 0, t.columns, 4 * tile.vectors, () => {
      store.startTile(row, column, acc)
      correct?.(acc, row, column)
      const steps = (at: Local<'i32'>, bytes: number): StepOperand => ({
        kind: 'steps',
        at: f.let(at),
        stepBytes: bytes,
      })
      const [left, right] = [steps(panelA, 4 * tile.rows), steps(panelB, stepBytes)]
      emitTileProduct(f, target, tile, acc, left, right, f.let(pairs), inner)
      store.finishTile(row, column, acc)
      f.add(panelB, bBytes)
    })
    f.add(panelA, aBytes)
  })
}

const multiplyAddPairs: InnerStep['accumulate'] = (_, a, b, c) =>
  op('i32x4.add', op('i32x4.dot_i16x8_s', a, b), c)

function correction({ f, arg }: ProductBuilder, { b, tile }: ProductForm, t: ProductTask) {
  const zeros = b.kind === 'bytes' && b.zeros === 'each' ? plus(arg('bZero'), t.column) : arg('bZero')
  const matrix = plus(arg('rowSums'), times(t.aNumber, arg('rowSumBatch')))
  return emitCorrection(f, b, { vectors: tile.vectors, zeros, rowSums: plus(matrix, times(t.row, 4)) })
}

/** Address of the first panel of B of a task. */
function panelsOfB(
  k: ProductBuilder,
  { b, tile }: ProductForm,
  t: ProductTask,
  pairs: Local<'i32'>,
  panelBytes: Local<'i32'>,
): Local<'i32'> {
  const { f, arg, scratch } = k
  const width = 4 * tile.vectors
  const matrix = f.let(plus(arg('b'), times(t.bNumber, arg('bBatch'))))
  if (b.kind !== 'source')
    return f.let(plus(matrix, times(op('i32.div_u', t.column, i32(width)), panelBytes)))
  const { source } = b
  const room = f.let(plus(scratch, i32(spareBytes(tile))))
  const to = f.let(plus(room, i32(source.scratchBytes)))
  const { column, columns } = t
  const step = f.let(i32(0))
  const builder = k as KernelBuilder // its parameters are among the kernel's
  source.emit(builder, {
    from: matrix,
    column,
    columns,
    step,
    depth: pairs,
    to,
    scratch: room,
    width,
  })
  return to
}
