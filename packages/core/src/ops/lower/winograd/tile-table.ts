/** Where the tiles of a block lie: an entry for each, filled at the start of a task. */
import type { KernelBuilder } from '../../../kernel/kernel.ts'
import { i32, type Local, load, type Operand, op, select } from '../../../wasm/index.ts'
import { entryBytes } from './plan.ts'
import type { WinogradParams } from './winograd-kernel.ts'

/** Fields of an entry, in bytes. */
export const entry = {
  /** Of the first element that the tile reads, from the start of the padded strips. */
  input: 0,
  /** Of the tile's first result, from the start of the first map's plane of the first image. */
  output: 4,
  /** Results within the plane; no rows for entries behind the last tile. */
  columns: 8,
  rows: 12,
  image: 16,
  y: 20,
  x: 24,
  /** In every fourth entry: not 0 where four whole tiles stand side by side. */
  inRow: 28,
} as const

/** The block of a task: its first image, row and column of tiles, and how many of each it has. */
export interface Block {
  readonly image: Local<'i32'>
  readonly row: Local<'i32'>
  readonly column: Local<'i32'>
  readonly images: Local<'i32'>
  readonly rows: Local<'i32'>
  readonly columns: Local<'i32'>
}

const times = (a: Operand<'i32'>, b: Operand<'i32'>) => op('i32.mul', a, b)
const plus = (a: Operand<'i32'>, b: Operand<'i32'>) => op('i32.add', a, b)
const minus = (a: Operand<'i32'>, b: Operand<'i32'>) => op('i32.sub', a, b)

/** Fills the table and gives its address. */
export function emitTable(k: KernelBuilder<WinogradParams>, outputs: number, block: Block): Local<'i32'> {
  const { f, arg, scratch } = k
  const table = f.let(plus(scratch, arg('tableAt')))
  const at = f.let(table)
  const [i, r, c] = [f.local('i32'), f.local('i32'), f.local('i32')]
  const set = (field: keyof typeof entry, value: Operand<'i32'>) =>
    f.store('i32.store', at, value, entry[field])
  const least = (a: Local<'i32'>, b: Operand<'i32'>) => select(a, b, op('i32.lt_s', a, b))
  const pitch = f.let(arg('pitch'))
  f.for(i, 0, block.images, 1, () => {
    const image = f.let(plus(block.image, i))
    f.for(r, 0, block.rows, 1, () => {
      const y = f.let(times(plus(block.row, r), i32(outputs)))
      const rowInput = f.let(plus(times(i, arg('stripBytes')), times(times(r, pitch), i32(outputs))))
      const rowStart = f.let(
        times(plus(times(times(image, arg('maps')), arg('outHeight')), y), arg('outWidth')),
      )
      const rowsLeft = f.let(minus(arg('outHeight'), y))
      f.for(c, 0, block.columns, 1, () => {
        const x = f.let(times(plus(block.column, c), i32(outputs)))
        const columnsLeft = f.let(minus(arg('outWidth'), x))
        set('input', plus(rowInput, times(c, i32(4 * outputs))))
        set('output', op('i32.shl', plus(rowStart, x), i32(2)))
        set('columns', least(columnsLeft, i32(outputs)))
        set('rows', least(rowsLeft, i32(outputs)))
        set('image', image)
        set('y', y)
        set('x', x)
        f.add(at, entryBytes)
      })
    })
  })
  emitRest(k, outputs, table, at)
  return table
}

/** Entries for lanes behind the last tile, which compute it again and store nothing; then the mark of each four. */
function emitRest(
  { f, arg }: KernelBuilder<WinogradParams>,
  outputs: number,
  table: Local<'i32'>,
  at: Local<'i32'>,
): void {
  const lanes = f.let(times(arg('panels'), arg('panelLanes')))
  const end = f.let(plus(table, times(lanes, i32(entryBytes))))
  const last = f.let(load('i32.load', minus(at, i32(entryBytes)), entry.input))
  f.for(at, at, end, entryBytes, () => {
    f.store('i32.store', at, last, entry.input)
    f.store('i32.store', at, i32(0), entry.rows)
  })
  f.for(at, table, end, 4 * entryBytes, () => {
    const field = (lane: number, name: keyof typeof entry) =>
      load('i32.load', at, lane * entryBytes + entry[name])
    const apart = minus(field(3, 'input'), field(0, 'input'))
    const inRow = op('i32.eq', apart, i32(3 * 4 * outputs))
    const isWhole = op(
      'i32.and',
      op('i32.eq', field(3, 'columns'), i32(outputs)),
      op('i32.ne', field(3, 'rows'), i32(0)),
    )
    f.store('i32.store', at, op('i32.and', inRow, isWhole), entry.inRow)
  })
}
