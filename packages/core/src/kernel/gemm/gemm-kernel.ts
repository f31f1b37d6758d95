/** The kernel of C = A · B: which block a task computes, part of the sum by part. */
import type { Local, Operand } from '../../wasm/index.ts'
import { i32, load, op } from '../../wasm/index.ts'
import { epiloguePass } from '../epilogue-pass.ts'
import { defineKernel, type Kernel, type KernelBuilder, type ParamSpec } from '../kernel.ts'
import type { BoundEpilogue } from '../lower.ts'
import { type RegisterTile, type Target, targetKey } from '../target.ts'
import { emitPack, type Packing } from './pack.ts'
import {
  emitProductBlock,
  type PanelOperand,
  type PlainRows,
  type Start,
  type TableColumns,
  tileBytes,
} from './product-block.ts'

/** What changes the code. */
export interface GemmForm {
  readonly tile: RegisterTile
  /** `rows`: A as it is, its rows contiguous. */
  readonly a: 'panels' | 'rows'
  /** How each task packs its part of B first; `none`: B lies in panels, or is read as it is. */
  readonly pack: Packing | 'none' | PanelSource
  /** All rows for a panel of B before the next one: where B is far and A is small. */
  readonly isColumnsFirst: boolean
  /** A value per row or per column that is added. */
  readonly start: 'none' | 'rows' | 'columns'
  /** A matrix like C that is added. */
  readonly isAdded: boolean
  readonly epilogue: BoundEpilogue | undefined
}

/** Makes panels of B out of something that is no matrix, such as the windows of an image. */
export interface PanelSource {
  readonly key: string
  readonly params: ParamSpec
  /** Bytes that it needs while it works. */
  readonly scratchBytes: number
  /**
   * For what is left unpacked: the address of a table with the distance of every step from the first one, in which
   * the columns of a block lie side by side. Such a block takes `blockBytes`.
   */
  readonly spread?: {
    table(k: KernelBuilder): Operand<'i32'>
    readonly blockBytes: number
  }
  /** Emits the packing of a block; panels are `width` · `depth` floats apart. */
  emit(k: KernelBuilder, block: SourceBlock): void
}

export interface SourceBlock {
  /** Address of the batch's part of B. */
  readonly from: Local<'i32'>
  readonly column: Local<'i32'>
  readonly columns: Local<'i32'>
  readonly step: Local<'i32'>
  readonly depth: Local<'i32'>
  readonly to: Local<'i32'>
  readonly scratch: Local<'i32'>
  /** Columns of a panel. */
  readonly width: number
}

export const gemmParams = {
  a: 'in',
  b: 'in',
  c: 'out',
  start: 'in',
  added: 'in',
  /** Pairs of matrix numbers of A and B for each matrix of C; absent: the same numbers, times `aBatch`, `bBatch`. */
  matrices: 'in',
  rows: 'i32',
  columns: 'i32',
  depth: 'i32',
  /** Bytes from matrix to matrix, panel to panel (row to row), and step to step. */
  aBatch: 'i32',
  aPanel: 'i32',
  aStep: 'i32',
  bBatch: 'i32',
  bPanel: 'i32',
  bStep: 'i32',
  /** Bytes from value to value of `start`, and from matrix to matrix of A. */
  startStep: 'i32',
  startBatch: 'i32',
  addedRow: 'i32',
  addedBatch: 'i32',
  /** Size of a task and of a part of the sum; tasks in a matrix, and in a row of it. */
  rowBlock: 'i32',
  columnBlock: 'i32',
  depthBlock: 'i32',
  matrixTasks: 'i32',
  rowTasks: 'i32',
} as const satisfies ParamSpec

const sourceBytes = (pack: GemmForm['pack']) => (typeof pack === 'object' ? pack.scratchBytes : 0)
const spareBytes = (tile: RegisterTile) => Math.ceil(tileBytes(tile) / 64) * 64

/** Bytes of scratch for tasks of so many columns and parts of so many steps. */
export function gemmScratchBytes({ tile, pack }: GemmForm, columnBlock: number, depthBlock: number): number {
  const width = 4 * tile.vectors
  const whole = typeof pack === 'object' ? pack.spread?.blockBytes : undefined
  const packed = pack === 'none' ? 0 : (whole ?? 4 * Math.ceil(columnBlock / width) * width * depthBlock)
  return spareBytes(tile) + sourceBytes(pack) + packed
}

type GemmKernel = Kernel<typeof gemmParams>

export function gemmKernel(target: Target, form: GemmForm): GemmKernel {
  const { tile, a, pack, start, isAdded, epilogue } = form
  const source = typeof pack === 'object' ? pack : undefined
  const added = isAdded ? 'added' : ''
  // The room for the source's own records is a constant of the code.
  const packing = source ? `${source.key}:${source.scratchBytes}` : String(pack)
  const order = form.isColumnsFirst ? 'columns' : 'rows'
  const parts = [targetKey({ ...target, tile }), a, packing, order, start, added, epilogue?.key ?? '']
  return defineKernel<ParamSpec>({
    key: `gemm:${parts.join(':')}`,
    params: { ...gemmParams, ...source?.params, ...epilogue?.params },
    emit: (k) => emitTask(k as KernelBuilder<typeof gemmParams>, target, form), // the epilogue's parameters come on top
  }) as GemmKernel // as above
}

type Builder = KernelBuilder<typeof gemmParams>

interface Task {
  readonly batch: Local<'i32'>
  /** Number of the matrix of A. */
  readonly aNumber: Local<'i32'>
  readonly a: Local<'i32'>
  readonly b: Local<'i32'>
  readonly row: Local<'i32'>
  readonly column: Local<'i32'>
  readonly rows: Local<'i32'>
  readonly columns: Local<'i32'>
}

function taskOf({ f, task, arg }: Builder): Task {
  const batch = f.let(op('i32.div_u', task, arg('matrixTasks')))
  const rest = f.let(op('i32.rem_u', task, arg('matrixTasks')))
  const row = f.let(op('i32.mul', op('i32.div_u', rest, arg('rowTasks')), arg('rowBlock')))
  const column = f.let(op('i32.mul', op('i32.rem_u', rest, arg('rowTasks')), arg('columnBlock')))
  const size = (whole: Operand<'i32'>, at: Local<'i32'>, block: Operand<'i32'>) => {
    const left = f.let(op('i32.sub', whole, at))
    f.if(op('i32.gt_s', left, block), () => f.set(left, block))
    return left
  }
  const [a, b] = [f.let(batch), f.let(batch)]
  f.if(arg('matrices'), () => {
    const pair = f.let(op('i32.add', arg('matrices'), op('i32.shl', batch, i32(3))))
    f.set(a, load('i32.load', pair))
    f.set(b, load('i32.load', pair, 4))
  })
  return {
    batch,
    aNumber: a,
    a: f.let(op('i32.add', arg('a'), op('i32.mul', a, arg('aBatch')))),
    b: f.let(op('i32.add', arg('b'), op('i32.mul', b, arg('bBatch')))),
    row,
    column,
    rows: size(arg('rows'), row, arg('rowBlock')),
    columns: size(arg('columns'), column, arg('columnBlock')),
  }
}

const times = (a: Operand<'i32'>, b: Operand<'i32'> | number) =>
  op('i32.mul', a, typeof b === 'number' ? i32(b) : b)
const plus = (first: Operand<'i32'>, ...rest: Operand<'i32'>[]) =>
  rest.reduce((sum, next) => op('i32.add', sum, next), first)

function emitTask(k: Builder, target: Target, form: GemmForm): void {
  const { f, arg, scratch } = k
  const { tile } = form
  const pass = epiloguePass(k, form.epilogue, 3)
  const t = taskOf(k)
  const rowBytes = f.let(op('i32.shl', arg('columns'), i32(2)))
  const cMatrix = plus(arg('c'), times(t.batch, times(arg('rows'), rowBytes)))
  const c = f.let(plus(cMatrix, times(t.row, rowBytes), times(t.column, 4)))
  const step = f.local('i32')
  const depth = f.local('i32')
  // A sum of nothing is 0, and has to be stored as well.
  const end = f.let(op('i32.or', arg('depth'), op('i32.eqz', arg('depth'))))
  f.for(step, 0, end, arg('depthBlock'), () => {
    f.set(depth, op('i32.sub', arg('depth'), step))
    const isLast = f.let(op('i32.le_s', depth, arg('depthBlock')))
    f.if(op('i32.eqz', isLast), () => f.set(depth, arg('depthBlock')))
    emitProductBlock(f, {
      target,
      tile,
      a: operandA(k, form, t, step),
      b: operandB(k, form, t, step, depth),
      c: { at: c, rowBytes },
      rows: t.rows,
      columns: t.columns,
      depth,
      isFirst: op('i32.eqz', step),
      isLast,
      start: startOf(k, form, t),
      ...finishOf(k, pass ? { ...form, epilogue: undefined } : form, t),
      isColumnsFirst: form.isColumnsFirst,
      spare: scratch,
    })
  })
  pass?.({ at: c, rowBytes, rows: t.rows, columns: t.columns, indices: [t.batch, t.row, t.column] })
}

function operandA(
  { f, arg }: Builder,
  { a, tile }: GemmForm,
  t: Task,
  step: Local<'i32'>,
): PanelOperand | PlainRows {
  if (a === 'rows') {
    const rowBytes = f.let(arg('aPanel'))
    return { kind: 'rows', at: plus(t.a, times(t.row, rowBytes), times(step, 4)), rowBytes }
  }
  const [panelBytes, stepBytes] = [f.let(arg('aPanel')), f.let(arg('aStep'))]
  const panel = op('i32.div_u', t.row, i32(tile.rows))
  return {
    kind: 'panels',
    at: plus(t.a, times(panel, panelBytes), times(step, stepBytes)),
    panelBytes,
    stepBytes,
  }
}

function operandB(
  k: Builder,
  { pack, tile }: GemmForm,
  t: Task,
  step: Local<'i32'>,
  depth: Local<'i32'>,
): PanelOperand | TableColumns {
  const { f, arg, scratch } = k
  const width = 4 * tile.vectors
  if (pack === 'none') {
    const [panelBytes, stepBytes] = [f.let(arg('bPanel')), f.let(arg('bStep'))]
    const panel = op('i32.div_u', t.column, i32(width))
    return {
      kind: 'panels',
      at: plus(t.b, times(panel, panelBytes), times(step, stepBytes)),
      panelBytes,
      stepBytes,
    }
  }
  const to = f.let(op('i32.add', scratch, i32(spareBytes(tile) + sourceBytes(pack))))
  if (typeof pack === 'object') {
    const room = f.let(op('i32.add', scratch, i32(spareBytes(tile))))
    const { column, columns } = t
    pack.emit(k as KernelBuilder, { from: t.b, column, columns, step, depth, to, scratch: room, width }) // its parameters are among the kernel's
    if (pack.spread) return { kind: 'table', at: to, table: f.let(pack.spread.table(k as KernelBuilder)) } // as above
  } else {
    const [alongColumn, alongStep] = pack === 'copy' ? [i32(4), arg('bStep')] : [arg('bStep'), i32(4)]
    const from = plus(t.b, times(t.column, alongColumn), times(step, alongStep))
    emitPack(f, { packing: pack, width, from, strideBytes: arg('bStep'), count: t.columns, depth, to })
  }
  return { kind: 'panels', at: to, panelBytes: f.let(times(depth, 4 * width)), stepBytes: 4 * width }
}

function startOf({ f, arg }: Builder, { start }: GemmForm, t: Task): Start | undefined {
  if (start === 'none') return undefined
  const matrix = plus(arg('start'), times(t.aNumber, arg('startBatch')))
  if (start === 'columns') {
    const at = f.let(plus(matrix, times(t.column, 4)))
    return { kind: 'columns', at: (column, v) => load('v128.load', plus(at, times(column, 4)), 16 * v) }
  }
  const stepBytes = f.let(arg('startStep'))
  const at = f.let(plus(matrix, times(t.row, stepBytes)))
  return {
    kind: 'rows',
    at: (row, r) => load('v128.load32_splat', plus(at, times(op('i32.add', row, i32(r)), stepBytes))),
  }
}

function finishOf(k: Builder, { isAdded, epilogue }: GemmForm, t: Task) {
  if (!isAdded && !epilogue) return {}
  const { f, arg } = k
  const added = isAdded
    ? f.let(
        plus(
          arg('added'),
          times(t.batch, arg('addedBatch')),
          times(t.row, arg('addedRow')),
          times(t.column, 4),
        ),
      )
    : undefined
  return {
    finish(value: Operand<'v128'>, row: Local<'i32'>, column: Operand<'i32'>) {
      const at = added && plus(added, times(row, arg('addedRow')), times(column, 4))
      const sum = at ? op('f32x4.add', value, load('v128.load', at)) : value
      const indices = [t.batch, plus(t.row, row), plus(t.column, column)]
      return epilogue ? epilogue.vector(k as KernelBuilder, sum, indices) : sum // its parameters are among the kernel's
    },
  }
}
