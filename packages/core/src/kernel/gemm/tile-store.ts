/** What happens to a tile before and after its inner loop: where the sums start from, and how they get to C. */
import type { FunctionBuilder, Local, Operand } from '../../wasm/index.ts'
import { f32x4, i32, load, op } from '../../wasm/index.ts'
import type { ProductBlock } from './product-block.ts'

/** Where a tile lies in its block, and how much of the block is left from there on. */
export interface TilePlace {
  readonly row: Local<'i32'>
  readonly column: Local<'i32'>
  readonly rowsLeft: Local<'i32'>
  readonly columnsLeft: Local<'i32'>
  /** Address in C, and from row to row of C. */
  readonly at: Local<'i32'>
  readonly rowBytes: Local<'i32'>
}

type Accumulators = readonly Local<'v128'>[]

/** Starts the accumulators, lets `product` add to them, and stores what belongs to C. */
export function emitTileStore(
  f: FunctionBuilder,
  block: ProductBlock,
  acc: Accumulators,
  place: TilePlace,
  product: () => void,
): void {
  const { tile, isFirst } = block
  const isWhole = f.let(
    op(
      'i32.and',
      op('i32.ge_s', place.rowsLeft, i32(tile.rows)),
      op('i32.ge_s', place.columnsLeft, i32(4 * tile.vectors)),
    ),
  )
  if (isFirst) {
    f.if(
      isFirst,
      () => emitStart(f, block, acc, place),
      () => emitReload(f, block, acc, place),
    )
  } else emitStart(f, block, acc, place)
  product()
  f.if(
    isWhole,
    () => storeWhole(f, block, acc, place),
    () => storeParts(f, block, acc, place),
  )
}

function emitStart(
  f: FunctionBuilder,
  { start, tile }: ProductBlock,
  acc: Accumulators,
  place: TilePlace,
): void {
  const { vectors } = tile
  acc.forEach((sum, i) => {
    const [r, v] = [Math.floor(i / vectors), i % vectors]
    if (start?.kind === 'columns') f.set(sum, r === 0 ? start.at(place.column, v) : acc[v]!)
    else if (start?.kind === 'rows') f.set(sum, v === 0 ? start.at(place.row, r) : acc[i - v]!)
    else f.set(sum, f32x4(0))
  })
}

/** Partial sums come back from C; rows behind its last one may lie behind its memory. */
function emitReload(f: FunctionBuilder, { tile }: ProductBlock, acc: Accumulators, place: TilePlace): void {
  const from = f.let(place.at)
  for (let r = 0; r < tile.rows; r++) {
    if (r > 0) f.add(from, op('i32.mul', place.rowBytes, op('i32.gt_s', place.rowsLeft, i32(r))))
    for (let v = 0; v < tile.vectors; v++) f.set(acc[r * tile.vectors + v]!, load('v128.load', from, 16 * v))
  }
}

function storeWhole(f: FunctionBuilder, block: ProductBlock, acc: Accumulators, place: TilePlace): void {
  const { tile, isLast, finish } = block
  const store = (value: (sum: Local<'v128'>, r: number, v: number) => Operand<'v128'>) => {
    const to = f.let(place.at)
    acc.forEach((sum, i) => {
      const [r, v] = [Math.floor(i / tile.vectors), i % tile.vectors]
      if (r > 0 && v === 0) f.add(to, place.rowBytes)
      f.store('v128.store', to, value(sum, r, v), 16 * v)
    })
  }
  const raw = () => store((sum) => sum)
  const row = f.local('i32')
  const done = () =>
    finish &&
    store((sum, r, v) => {
      if (v === 0) f.set(row, op('i32.add', place.row, i32(r)))
      return finish(sum, row, op('i32.add', place.column, i32(4 * v)))
    })
  if (!finish) raw()
  else if (isLast) f.if(isLast, done, raw)
  else done()
}

/** Goes through memory, so that rows and columns can be counted. */
function storeParts(f: FunctionBuilder, block: ProductBlock, acc: Accumulators, place: TilePlace): void {
  const { tile, isLast, finish, spare } = block
  acc.forEach((sum, i) => void f.store('v128.store', spare, sum, 16 * i))
  const from = f.let(spare)
  const to = f.let(place.at)
  const row = f.let(place.row)
  const value = f.local('v128')
  const isShort = op('i32.lt_s', place.rowsLeft, i32(tile.rows))
  const rows = f.let(place.rowsLeft)
  f.if(op('i32.eqz', isShort), () => f.set(rows, i32(tile.rows)))
  f.repeat(rows, () => {
    for (let v = 0; v < tile.vectors; v++) {
      const left = f.let(op('i32.sub', place.columnsLeft, i32(4 * v)))
      f.if(op('i32.gt_s', left, i32(0)), () => {
        f.set(value, load('v128.load', from, 16 * v))
        const apply = () => f.set(value, finish!(value, row, op('i32.add', place.column, i32(4 * v))))
        if (finish && isLast) f.if(isLast, apply)
        else if (finish) apply()
        storeFirst(f, to, value, left, 16 * v)
      })
    }
    f.add(from, 16 * tile.vectors)
    f.add(to, place.rowBytes)
    f.add(row, 1)
  })
}

/** Stores the first `count` elements of a vector, at least 1; all four for any larger count. */
export function storeFirst(
  f: FunctionBuilder,
  at: Operand<'i32'>,
  value: Local<'v128'>,
  count: Local<'i32'>,
  offset = 0,
): void {
  const lane = (index: number) => f.storeLane('v128.store32_lane', at, value, index, offset + 4 * index)
  f.if(
    op('i32.ge_s', count, i32(4)),
    () => f.store('v128.store', at, value, offset),
    () => {
      lane(0)
      f.if(op('i32.ge_s', count, i32(2)), () => lane(1))
      f.if(op('i32.ge_s', count, i32(3)), () => lane(2))
    },
  )
}
