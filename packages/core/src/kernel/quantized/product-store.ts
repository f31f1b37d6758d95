/** What happens to a tile of sums before and after its inner loop. */
import { i32, type Local, load, type Operand, op } from '../../wasm/index.ts'
import type { KernelBuilder } from '../kernel.ts'
import { narrowed, noSum, requantizer } from './finish.ts'
import type { ProductBuilder, ProductForm, ProductTask } from './product-kernel.ts'

type Accumulators = readonly Local<'v128'>[]
type Index = Local<'i32'>

export interface ProductStore {
  /** At the first tile of a row of tiles. */
  startRow(row: Index): void
  startTile(row: Index, column: Index, acc: Accumulators): void
  finishTile(row: Index, column: Index, acc: Accumulators): void
}

const plus = (...parts: readonly Operand<'i32'>[]) => parts.reduce((sum, part) => op('i32.add', sum, part))
const times = (a: Operand<'i32'>, b: Operand<'i32'> | number) =>
  op('i32.mul', a, typeof b === 'number' ? i32(b) : b)

/** Emits here what is the same for all tiles of a task. Rows and columns count from the start of the task. */
export function emitProductStore(
  k: ProductBuilder,
  form: ProductForm,
  t: ProductTask,
  bytes: number,
): ProductStore {
  const { f, arg } = k
  const { tile, start } = form
  const rowBytes = f.let(times(arg('columns'), bytes))
  const matrix = plus(arg('c'), times(t.batch, times(arg('rows'), rowBytes)))
  const cRow = f.let(plus(matrix, times(t.row, rowBytes), times(t.column, bytes)))
  const cAt = f.local('i32')
  const starts = f.let(plus(arg('start'), times(t.aNumber, arg('startBatch'))))
  f.add(starts, times(start === 'columns' ? t.column : t.row, 4))
  const finish = finisher(k, form, t)
  const width = 4 * tile.vectors
  return {
    startRow(row) {
      f.set(cAt, plus(cRow, times(row, rowBytes)))
    },
    startTile(row, column, acc) {
      acc.forEach((sum, i) => {
        const [r, v] = [Math.floor(i / tile.vectors), i % tile.vectors]
        if (start === 'none') f.set(sum, noSum())
        else if (start === 'rows')
          f.set(sum, v > 0 ? acc[i - v]! : load('v128.load32_splat', plus(starts, times(row, 4)), 4 * r))
        else f.set(sum, r > 0 ? acc[v]! : load('v128.load', plus(starts, times(column, 4)), 16 * v))
      })
    },
    finishTile(row, column, acc) {
      const [rowsLeft, columnsLeft] = [
        f.let(op('i32.sub', t.rows, row)),
        f.let(op('i32.sub', t.columns, column)),
      ]
      const isWhole = op(
        'i32.and',
        op('i32.ge_s', rowsLeft, i32(tile.rows)),
        op('i32.ge_s', columnsLeft, i32(width)),
      )
      const [to, step] = [f.let(cAt), f.let(rowBytes)]
      const isPart = f.let(op('i32.eqz', isWhole))
      f.if(isPart, () => {
        f.set(to, k.scratch)
        f.set(step, i32(width * bytes))
      })
      for (let r = 0; r < tile.rows; r++) {
        const sums = acc.slice(r * tile.vectors, (r + 1) * tile.vectors)
        storeRow(k, form, to, finish(sums, row, column, r))
        f.add(to, step)
      }
      f.if(isPart, () => copyPart(k, form, { cAt, rowBytes, rowsLeft, columnsLeft, bytes }))
      f.add(cAt, width * bytes)
    },
  }
}

interface Part {
  readonly cAt: Index
  readonly rowBytes: Index
  readonly rowsLeft: Index
  readonly columnsLeft: Index
  readonly bytes: number
}

/** What belongs to C of a tile in scratch. */
function copyPart({ f, scratch }: ProductBuilder, { tile }: ProductForm, part: Part): void {
  const { rowsLeft, columnsLeft, bytes } = part
  const [from, to, rows, columns] = [f.let(scratch), f.let(part.cAt), f.let(rowsLeft), f.let(columnsLeft)]
  const width = 4 * tile.vectors
  f.if(op('i32.gt_s', rows, i32(tile.rows)), () => f.set(rows, i32(tile.rows)))
  f.if(op('i32.gt_s', columns, i32(width)), () => f.set(columns, i32(width)))
  f.repeat(rows, () => {
    f.copy(to, from, times(columns, bytes))
    f.add(from, width * bytes)
    f.add(to, part.rowBytes)
  })
}

function storeRow(
  { f }: ProductBuilder,
  { output }: ProductForm,
  to: Index,
  values: Operand<'v128'>[],
): void {
  if (output === 'int32' || output === 'float32') {
    values.forEach((value, v) => void f.store('v128.store', to, value, 16 * v))
    return
  }
  const bytes = narrowed(f, output, values)
  if (values.length === 4) f.store('v128.store', to, bytes)
  else f.storeLane('v128.store64_lane', to, bytes, 0)
}

type Finisher = (sums: Accumulators, row: Index, column: Index, r: number) => Operand<'v128'>[]

/** The results of row `r` of a tile. */
function finisher(k: ProductBuilder, form: ProductForm, t: ProductTask): Finisher {
  const { f, arg, target } = k
  const { output, factors, hasBias, epilogue } = form
  if (output === 'int32') return (sums) => [...sums]
  const step = f.let(arg('factorStep'))
  const table = f.let(plus(arg('factors'), times(t.aNumber, arg('factorBatch'))))
  f.add(table, times(factors === 'columns' ? t.column : t.row, step))
  const factorOf = (row: Index, column: Index, r: number, v: number) =>
    factors === 'columns'
      ? load('v128.load', plus(table, times(column, 4)), 16 * v)
      : load('v128.load32_splat', plus(table, times(plus(row, i32(r)), step)))
  if (output !== 'float32') {
    const { scaled } = requantizer(f, target, output, arg('zero'))
    return (sums, row, column, r) => {
      const same = factors === 'rows' ? f.let(factorOf(row, column, r, 0)) : undefined
      return sums.map((sum, v) => scaled(sum, same ?? factorOf(row, column, r, v)))
    }
  }
  const biasAt = f.let(plus(arg('bias'), times(t.column, 4)))
  return (sums, row, column, r) =>
    sums.map((sum, v) => {
      const real = op('f32x4.mul', op('f32x4.convert_i32x4_s', sum), factorOf(row, column, r, v))
      const at = plus(biasAt, times(column, 4))
      const value = hasBias ? op('f32x4.add', real, load('v128.load', at, 16 * v)) : real
      const indices = [t.batch, plus(t.row, row, i32(r)), plus(t.column, column, i32(4 * v))]
      return epilogue ? epilogue.vector(k as KernelBuilder, value, indices) : value // its parameters are among the kernel's
    })
}
