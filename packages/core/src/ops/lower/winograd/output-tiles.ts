/** Four tiles of one map back from the frequency domain, with bias and epilogue. */
import type { KernelBuilder } from '../../../kernel/kernel.ts'
import type { BoundEpilogue } from '../../../kernel/lower.ts'
import { type KernelPart, kernelPart } from '../../../kernel/spatial/kernel-function.ts'
import { storeLanes } from '../../../kernel/spatial/row-vectors.ts'
import { transpose4 } from '../../../kernel/spatial/transpose.ts'
import { f32x4, i32, type Local, load, op, shuffle32 } from '../../../wasm/index.ts'
import { entryBytes, halfBytes } from './plan.ts'
import { entry } from './tile-table.ts'
import type { Transform } from './transforms.ts'
import type { WinogradParams } from './winograd-kernel.ts'

type Builder = KernelBuilder<WinogradParams>

/** Where a row of four tiles is kept while they are stored one by one. */
const rowAt = halfBytes - 64

/** A part called with: the tiles' first entry, the map, the address of the products of the first frequency. */
export function outputPart(
  k: Builder,
  transform: Transform,
  epilogue: BoundEpilogue | undefined,
): KernelPart {
  return kernelPart(k, 'winogradOutput', ['i32', 'i32', 'i32'], (inner, tiles, map, from) => {
    const { f, arg, scratch, target } = inner
    const { size, outputs } = transform
    const half = f.let(scratch)
    const stride = f.let(arg('oStride'))
    const down = f.let(op('i32.mul', stride, i32(size)))
    f.repeat(i32(size), () => {
      const pointer = f.let(from)
      const column = Array.from({ length: size }, () => {
        const value = f.let(load('v128.load', pointer))
        f.add(pointer, down)
        return value
      })
      transform
        .output(f, target, column)
        .forEach((value, i) => f.store('v128.store', half, value, 16 * size * i))
      f.add(half, 16)
      f.add(from, stride)
    })
    f.set(half, scratch)
    const bias = f.let(f32x4(0))
    f.if(arg('b'), () =>
      f.set(bias, load('v128.load32_splat', op('i32.add', arg('b'), op('i32.shl', map, i32(2))))),
    )
    const rowBytes = f.let(op('i32.shl', arg('outWidth'), i32(2)))
    const plane = f.let(
      op('i32.add', arg('y'), op('i32.mul', op('i32.mul', map, arg('outHeight')), rowBytes)),
    )
    const row = f.let(i32(0))
    const place = { tiles, map, plane, row }
    f.repeat(i32(outputs), () => {
      const column = Array.from({ length: size }, (_, j) => f.let(load('v128.load', half, 16 * j)))
      const values = transform.output(f, target, column).map((value) => f.let(op('f32x4.add', value, bias)))
      const rows = values.length === 4 ? transpose4(f, values) : pairs(values)
      f.if(
        load('i32.load', tiles, entry.inRow),
        () => storeRow(inner, epilogue, place, rows),
        () => storeTiles(inner, epilogue, place, rows, outputs),
      )
      f.add(half, 16 * size)
      f.add(plane, rowBytes)
      f.add(row, 1)
    })
  })
}

/** Two columns of four tiles, as two vectors of the results side by side. */
const pairs = ([even, odd]: readonly Local<'v128'>[]) => [
  shuffle32(even!, odd!, [0, 4, 1, 5]),
  shuffle32(even!, odd!, [2, 6, 3, 7]),
]

interface RowOfTiles {
  readonly tiles: Local<'i32'>
  readonly map: Local<'i32'>
  /** Row `row` of the map's first plane. */
  readonly plane: Local<'i32'>
  readonly row: Local<'i32'>
}

type Rows = ReturnType<typeof transpose4>

/** Stores tiles that stand side by side. */
function storeRow(k: Builder, epilogue: BoundEpilogue | undefined, place: RowOfTiles, rows: Rows): void {
  const { f } = k
  const { tiles, map, plane, row } = place
  const field = (name: keyof typeof entry) => load('i32.load', tiles, entry[name])
  f.if(op('i32.lt_s', row, field('rows')), () => {
    const at = f.let(op('i32.add', plane, field('output')))
    const [image, y, x] = [f.let(field('image')), f.let(op('i32.add', field('y'), row)), f.let(field('x'))]
    rows.forEach((value, i) => {
      const column = f.let(op('i32.add', x, i32(4 * i)))
      const done = epilogue ? epilogue.vector(k, value, [image, map, y, column]) : value
      f.store('v128.store', at, done, 16 * i)
    })
  })
}

/** Stores every tile where it belongs, as far as it lies in the plane. */
function storeTiles(
  k: Builder,
  epilogue: BoundEpilogue | undefined,
  { tiles, map, plane, row }: RowOfTiles,
  rows: Rows,
  outputs: number,
): void {
  const { f, scratch } = k
  rows.forEach((value, i) => f.store('v128.store', scratch, value, rowAt + 16 * i))
  const [tile, kept] = [f.let(tiles), f.let(scratch)]
  const field = (name: keyof typeof entry) => load('i32.load', tile, entry[name])
  f.repeat(i32(4), () => {
    f.if(op('i32.lt_s', row, field('rows')), () => {
      const [image, x] = [f.let(field('image')), f.let(field('x'))]
      const y = f.let(op('i32.add', field('y'), row))
      const raw = load('v128.load', kept, rowAt)
      const value = f.let(epilogue ? epilogue.vector(k, raw, [image, map, y, x]) : raw)
      const at = f.let(op('i32.add', plane, field('output')))
      const columns = f.let(field('columns'))
      f.if(
        op('i32.eq', columns, i32(4)),
        () => f.store('v128.store', at, value),
        () => storeLanes(f, at, value, columns),
      )
    })
    f.add(tile, entryBytes)
    f.add(kept, 4 * outputs)
  })
}
