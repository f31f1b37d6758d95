/**
 * The macro-kernel: a block of C = A · B by register tiles. Operands are seen as panels of as many rows (columns) as the
 * tile has; whole panels are read, and only what belongs to C is written. Where the sum over the depth comes in several
 * parts, C holds the partial sums, and bias and epilogue take part in the first and in the last of them only.
 */
import type { FunctionBuilder, Local, Operand } from '../../wasm/index.ts'
import { i32, op } from '../../wasm/index.ts'
import type { RegisterTile, Target } from '../target.ts'
import { emitNarrowColumns, hasNarrowColumns, wideColumns } from './narrow-column.ts'
import {
  emitTileProduct,
  type RowOperand,
  type StepOperand,
  type TableOperand,
  tileLocals,
} from './tile-product.ts'
import { emitTileStore } from './tile-store.ts'

/**
 * Element (i, k) lies at `at` + ⌊i / width⌋ · `panelBytes` + k · `stepBytes` + 4 · (i mod width), where width is the
 * rows or columns of the tile.
 */
export interface PanelOperand {
  readonly kind: 'panels'
  readonly at: Operand<'i32'>
  readonly panelBytes: Operand<'i32'>
  readonly stepBytes: Operand<'i32'> | number
}

/** Element (i, k) lies at `at` + 4 · i and as many bytes behind it as the k-th number of a table says. */
export interface TableColumns {
  readonly kind: 'table'
  readonly at: Operand<'i32'>
  readonly table: Operand<'i32'>
}

/** Element (i, k) lies at `at` + i · `rowBytes` + 4 · k. */
export interface PlainRows {
  readonly kind: 'rows'
  readonly at: Operand<'i32'>
  readonly rowBytes: Operand<'i32'>
}

/** What the sums start from: one value per row, or an address of four values for columns from `column` on. */
export type Start =
  | { readonly kind: 'rows'; readonly at: (row: Operand<'i32'>, offset: number) => Operand<'v128'> }
  | { readonly kind: 'columns'; readonly at: (column: Operand<'i32'>, vector: number) => Operand<'v128'> }

export interface ProductBlock {
  readonly target: Target
  readonly tile: RegisterTile
  readonly a: PanelOperand | PlainRows
  readonly b: PanelOperand | TableColumns
  readonly c: { readonly at: Operand<'i32'>; readonly rowBytes: Operand<'i32'> }
  readonly rows: Operand<'i32'>
  readonly columns: Operand<'i32'>
  readonly depth: Operand<'i32'>
  /** 0 where C holds partial sums already; absent: never. */
  readonly isFirst?: Operand<'i32'>
  /** 0 where more parts of the sum follow; absent: never. */
  readonly isLast?: Operand<'i32'>
  readonly start?: Start | undefined
  /** Work on four neighbours before they are stored for good; row and column count from the start of the block. */
  finish?(value: Operand<'v128'>, row: Local<'i32'>, column: Operand<'i32'>): Operand<'v128'>
  /** All rows for a panel of B before the next one: where B is far and A is small. */
  readonly isColumnsFirst?: boolean
  /** Room for one tile. */
  readonly spare: Local<'i32'>
}

/** Bytes of `spare`. */
export const tileBytes = ({ rows, vectors }: RegisterTile): number => 16 * Math.max(4, rows * vectors)

/** Emits the block; `rows` and `columns` may be any numbers, also 0. */
export function emitProductBlock(f: FunctionBuilder, block: ProductBlock): void {
  const { tile, a, b, c } = block
  const width = 4 * tile.vectors
  const acc = tileLocals(f, tile)
  const rowBytes = f.let(c.rowBytes)
  const [row, column] = [f.local('i32'), f.local('i32')]
  const [aPanel, bPanel, cAt] = [f.local('i32'), f.local('i32'), f.local('i32')]
  const [bAt, depth] = [f.local('i32'), f.local('i32')]
  const isNarrow = hasNarrowColumns(block)
  const tiled = isNarrow ? wideColumns(f, block) : f.let(block.columns)
  const emitTile = () => {
    const rowsLeft = f.let(op('i32.sub', block.rows, row))
    const columnsLeft = f.let(op('i32.sub', block.columns, column))
    f.set(bAt, bPanel)
    f.set(depth, block.depth)
    emitTileStore(f, block, acc, { row, column, rowsLeft, columnsLeft, at: cAt, rowBytes }, () =>
      emitTileProduct(
        f,
        block.target,
        tile,
        acc,
        tileRows(f, block, aPanel, rowsLeft),
        b.kind === 'table' ? tableOf(f, b, bPanel, bAt) : stepsOf(b, bAt),
        depth,
      ),
    )
  }
  const rows: Walk = {
    at: row,
    size: tile.rows,
    end: block.rows,
    first: a.at,
    panel: aPanel,
    panelBytes: f.let(a.kind === 'rows' ? op('i32.mul', a.rowBytes, i32(tile.rows)) : a.panelBytes),
    cBytes: f.let(op('i32.mul', rowBytes, i32(tile.rows))),
  }
  const columns: Walk = {
    at: column,
    size: width,
    end: tiled,
    first: b.at,
    panel: bPanel,
    panelBytes: b.kind === 'table' ? i32(4 * width) : f.let(b.panelBytes),
    cBytes: i32(4 * width),
  }
  const [outer, inner] = block.isColumnsFirst ? [columns, rows] : [rows, columns]
  const cOuter = f.let(c.at)
  walkPanels(f, outer, cOuter, () => {
    f.set(cAt, cOuter)
    walkPanels(f, inner, cAt, emitTile)
  })
  if (isNarrow) emitNarrowColumns(f, block, tiled)
}

/** A loop over the panels of one operand, and where they lead in C. */
interface Walk {
  readonly at: Local<'i32'>
  readonly size: number
  readonly end: Operand<'i32'>
  readonly first: Operand<'i32'>
  readonly panel: Local<'i32'>
  readonly panelBytes: Operand<'i32'>
  readonly cBytes: Operand<'i32'>
}

function walkPanels(f: FunctionBuilder, walk: Walk, c: Local<'i32'>, body: () => void): void {
  f.set(walk.panel, walk.first)
  f.for(walk.at, 0, walk.end, walk.size, () => {
    body()
    f.add(walk.panel, walk.panelBytes)
    f.add(c, walk.cBytes)
  })
}

const stepsOf = ({ stepBytes }: PanelOperand, at: Local<'i32'>): StepOperand => ({
  kind: 'steps',
  at,
  stepBytes,
})

const tableOf = (
  f: FunctionBuilder,
  { table }: TableColumns,
  from: Local<'i32'>,
  at: Local<'i32'>,
): TableOperand => ({ kind: 'table', from, table: f.let(table), at })

/** Addresses of the rows of a tile; rows behind the last one stand for it, so that nothing behind the matrix is read. */
function tileRows(
  f: FunctionBuilder,
  { a, tile }: ProductBlock,
  at: Local<'i32'>,
  rowsLeft: Local<'i32'>,
): StepOperand | RowOperand {
  if (a.kind === 'panels') return stepsOf(a, f.let(at))
  const rows = [f.let(at)]
  for (let r = 1; r < tile.rows; r++) {
    const isThere = op('i32.gt_s', rowsLeft, i32(r))
    rows.push(f.let(op('i32.add', rows[r - 1]!, op('i32.mul', a.rowBytes, isThere))))
  }
  return { kind: 'rows', at: rows }
}
