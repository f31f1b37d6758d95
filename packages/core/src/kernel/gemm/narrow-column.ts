/**
 * The last column or two of a block. A tile would spend as much on them as on all its columns; here the lanes are rows,
 * and several panels of A are gone through at once, so that their sums do not wait for each other.
 */
import type { FunctionBuilder, Local, Operand } from '../../wasm/index.ts'
import { f32x4, i32, load, op } from '../../wasm/index.ts'
import type { PanelOperand, ProductBlock } from './product-block.ts'
import { multiplyAdd } from './tile-product.ts'

/** Rows of a panel must be the lanes of a vector. */
const panelRows = 4
const panelsAtOnce = 4
/** From so many columns on, a tile costs less. */
const mostColumns = 2

/** A block whose rows lie in panels of four. */
export interface NarrowBlock extends ProductBlock {
  readonly a: PanelOperand
  readonly b: PanelOperand
}

export function hasNarrowColumns(block: ProductBlock): block is NarrowBlock {
  const isPacked = block.a.kind === 'panels' && block.b.kind === 'panels'
  return isPacked && block.tile.rows === panelRows && !block.isColumnsFirst
}

/** How many columns tiles should compute; the others are for `emitNarrowColumns`. */
export function wideColumns(f: FunctionBuilder, { columns, rows, tile }: NarrowBlock): Local<'i32'> {
  const rest = f.let(op('i32.rem_u', columns, i32(4 * tile.vectors)))
  const isFew = op('i32.le_s', rest, i32(mostColumns))
  const isHigh = op('i32.ge_s', rows, i32(panelRows * panelsAtOnce))
  return f.let(op('i32.sub', columns, op('i32.mul', rest, op('i32.and', isFew, isHigh))))
}

/** Emits the columns from `first` on. */
export function emitNarrowColumns(f: FunctionBuilder, block: NarrowBlock, first: Local<'i32'>): void {
  const { a, b, c, tile } = block
  const width = i32(4 * tile.vectors)
  const [row, column] = [f.local('i32'), f.local('i32')]
  f.for(column, first, block.columns, 1, () => {
    const inPanel = f.let(op('i32.rem_u', column, width))
    const panel = op('i32.mul', op('i32.div_u', column, width), b.panelBytes)
    const bFirst = f.let(op('i32.add', op('i32.add', b.at, panel), op('i32.shl', inPanel, i32(2))))
    const at = f.let(op('i32.add', c.at, op('i32.shl', column, i32(2))))
    const aPanel = f.let(a.at)
    f.for(row, 0, block.rows, panelRows * panelsAtOnce, () => {
      emitSums(f, block, row, aPanel, bFirst)
      emitRows(f, block, row, column, at)
      f.add(aPanel, op('i32.shl', a.panelBytes, i32(2)))
    })
  })
}

/** The sums of sixteen rows, left in `spare`. Panels behind the last one stand for it. */
function emitSums(
  f: FunctionBuilder,
  { target, a, b, rows, depth, spare }: NarrowBlock,
  row: Local<'i32'>,
  aPanel: Local<'i32'>,
  bFirst: Local<'i32'>,
): void {
  const panels = [f.let(aPanel)]
  for (let p = 1; p < panelsAtOnce; p++) {
    const isThere = op('i32.gt_s', rows, op('i32.add', row, i32(p * panelRows)))
    panels.push(f.let(op('i32.add', panels[p - 1]!, op('i32.mul', a.panelBytes, isThere))))
  }
  const sums = panels.map(() => f.let(f32x4(0)))
  const [bAt, value] = [f.let(bFirst), f.local('v128')]
  f.repeat(depth, () => {
    f.set(value, load('v128.load32_splat', bAt))
    panels.forEach((panel, p) => {
      f.set(sums[p]!, multiplyAdd(target, load('v128.load', panel), value, sums[p]!))
      f.add(panel, a.stepBytes)
    })
    f.add(bAt, b.stepBytes)
  })
  sums.forEach((sum, p) => void f.store('v128.store', spare, sum, 16 * p))
}

/** Adds what the sums start from, and stores up to sixteen rows of a column. */
function emitRows(
  f: FunctionBuilder,
  block: NarrowBlock,
  first: Local<'i32'>,
  column: Local<'i32'>,
  at: Local<'i32'>,
): void {
  const { c, isFirst, isLast, start, finish } = block
  const [row, from, value] = [f.let(first), f.let(block.spare), f.local('v128')]
  const count = f.let(op('i32.sub', block.rows, first))
  f.if(op('i32.gt_s', count, i32(panelRows * panelsAtOnce)), () =>
    f.set(count, i32(panelRows * panelsAtOnce)),
  )
  const add = (other: Operand<'v128'>) => f.set(value, op('f32x4.add', value, other))
  const begin = () => {
    if (start) add(start.kind === 'rows' ? start.at(row, 0) : start.at(column, 0))
  }
  f.repeat(count, () => {
    f.set(value, load('v128.load32_splat', from))
    if (isFirst) f.if(isFirst, begin, () => add(load('v128.load32_splat', at)))
    else begin()
    const end = () => finish && f.set(value, finish(value, row, column))
    if (finish && isLast) f.if(isLast, end)
    else end()
    f.storeLane('v128.store32_lane', at, value, 0)
    f.add(at, c.rowBytes)
    f.add(from, 4)
    f.add(row, 1)
  })
}
