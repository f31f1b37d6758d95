/**
 * What a panel reads for each tap where its pixels lie in two rows of the output or its windows leave the image: the
 * distance of its pixels in the first row and in the second from the start of a channel, and which lanes are there.
 */
import type { Local, Operand } from '../../wasm/index.ts'
import { i32, i32x4, op, select } from '../../wasm/index.ts'
import type { ImageBuilder, PanelPlace, Walk } from './image-panels.ts'

/** Two distances, 8 bytes unused, two masks; for each vector of a panel. */
export const recordBytes = 48

const plus = (a: Operand<'i32'>, b: Operand<'i32'>) => op('i32.add', a, b)
const minus = (a: Operand<'i32'>, b: Operand<'i32'>) => op('i32.sub', a, b)
const times = (a: Operand<'i32'>, b: Operand<'i32'>) => op('i32.mul', a, b)
const splat = (x: Operand<'i32'>) => op('i32x4.splat', x)

/** One vector of a panel, at the first tap: rows of the image, and columns of the four pixels. */
interface Part {
  readonly row: Local<'i32'>
  /** Column of lane 0, be it there or not. */
  readonly column: Local<'i32'>
  /** Lanes of the output row. */
  readonly lanes: Local<'v128'>
}

/** Writes the records of a panel, one after the other. */
export function emitTapRecords(k: ImageBuilder, walk: Walk, place: PanelPlace, records: Local<'i32'>): void {
  const { f, arg } = k
  const parts = Array.from({ length: walk.width / 4 }, (_, v) => partsOf(k, walk, place, v))
  const record = f.let(records)
  const [down, right] = [f.local('i32'), f.local('i32')]
  const height = f.let(times(arg('imageKernelHeight'), arg('imageDilationHeight')))
  const width = f.let(times(arg('imageKernelWidth'), arg('imageDilationWidth')))
  f.for(down, 0, height, arg('imageDilationHeight'), () => {
    f.for(right, 0, width, arg('imageDilationWidth'), () => {
      parts.forEach((pair, v) => {
        pair.forEach((part, i) => void emitPart(k, walk, part, { down, right, record }, v * recordBytes, i))
      })
      f.add(record, parts.length * recordBytes)
    })
  })
}

/** The lanes of vector `v` that lie in the output row where the vector starts, and those in the next one. */
function partsOf({ f, arg }: ImageBuilder, { stride }: Walk, place: PanelPlace, v: number): readonly Part[] {
  // The vector starts `ahead` pixels behind the panel, which may be rows later.
  const ahead = f.let(plus(place.outColumn, i32(4 * v)))
  const rowsAhead = f.let(op('i32.div_u', ahead, arg('imageOutWidth')))
  const outColumn = f.let(minus(ahead, times(rowsAhead, arg('imageOutWidth'))))
  const row = f.let(plus(place.row, times(rowsAhead, arg('imageStride'))))
  const left = f.let(minus(arg('imageOutWidth'), outColumn))
  const isFirst = f.let(op('i32x4.lt_s', i32x4(0, 1, 2, 3), splat(left)))
  const column = (lane: Operand<'i32'>) => f.let(minus(times(lane, i32(stride)), arg('imagePadLeft')))
  return [
    { row, column: column(outColumn), lanes: isFirst },
    {
      row: f.let(plus(row, arg('imageStride'))),
      column: column(minus(i32(0), left)),
      lanes: f.let(op('v128.not', isFirst)),
    },
  ]
}

interface Tap {
  readonly down: Local<'i32'>
  readonly right: Local<'i32'>
  readonly record: Local<'i32'>
}

function emitPart(
  { f, arg }: ImageBuilder,
  { stride }: Walk,
  part: Part,
  { down, right, record }: Tap,
  at: number,
  index: number,
): void {
  const row = f.let(plus(part.row, down))
  const column = f.let(plus(part.column, right))
  const columns = op('i32x4.add', splat(column), i32x4(0, stride, 2 * stride, 3 * stride))
  const isInRow = op('i32x4.lt_u', columns, splat(arg('imageWidth')))
  const isRow = splat(minus(i32(0), op('i32.lt_u', row, arg('imageHeight'))))
  const mask = f.let(op('v128.and', op('v128.and', isInRow, isRow), part.lanes))
  // A pixel that is not there may be far outside of memory.
  const distance = op('i32.shl', plus(times(row, arg('imageWidth')), column), i32(2))
  f.store('i32.store', record, select(distance, i32(0), op('v128.any_true', mask)), at + 4 * index)
  f.store('v128.store', record, mask, at + 16 + 16 * index)
}
