/**
 * The gradient of a convolution's weights: the product of the rows of dY with the rows that the taps of the windows
 * see, summed over all outputs of all images. A task sums a range of the outputs for some maps and some channels: it
 * copies the rows of a chunk of outputs, multiplies, and goes on with the next chunk.
 */
import {
  type FunctionBuilder,
  f32x4,
  i32,
  type Local,
  load,
  type Operand,
  op,
  select,
} from '../../wasm/index.ts'
import { laneProduct } from '../gemm/lane-product.ts'
import { type LaneTile, laneElement, laneTileBytes, laneTileOf } from '../gemm/lane-tile.ts'
import { storeFirst } from '../gemm/tile-store.ts'
import { defineKernel, type Kernel, type KernelBuilder } from '../kernel.ts'
import type { Phases } from '../spatial/padded-rows.ts'
import { type Target, targetKey } from '../target.ts'
import { type CopyTaps, type OutputBlock, tapParams, tapRowsOf } from './tap-rows.ts'

/** Most outputs of a chunk. */
export const mostSteps = 640
/** From row to row: an odd number of cache lines, so that rows do not meet in the same sets; room for a vector more. */
export const rowPitch = 4 * (mostSteps + 16)

export const weightGradientParams = {
  x: 'in',
  dy: 'in',
  /** [splits, maps, columns]. */
  dw: 'out',
  outDepth: 'i32',
  outHeight: 'i32',
  outWidth: 'i32',
  /** Channels of X and maps of dY in a group, and groups. */
  channels: 'i32',
  maps: 'i32',
  groups: 'i32',
  /** Channels · taps: a row of dW. */
  columns: 'i32',
  /** Outputs of a chunk: so many planes, of which so many rows and columns; how many such blocks a plane has. */
  planes: 'i32',
  chunkPlanes: 'i32',
  chunkRows: 'i32',
  chunkColumns: 'i32',
  planeBlocks: 'i32',
  rowBlocks: 'i32',
  /** Chunks of all, and of one split. */
  chunks: 'i32',
  splitChunks: 'i32',
  /** Maps and channels of a task, and how many such blocks there are. */
  mapBlock: 'i32',
  mapBlocks: 'i32',
  channelBlock: 'i32',
  channelBlocks: 'i32',
  /** Where in scratch the rows of dY, those of X, and the padded rows lie. */
  dyAt: 'i32',
  xAt: 'i32',
  roomAt: 'i32',
  ...tapParams,
} as const

type Builder = KernelBuilder<typeof weightGradientParams>

const plus = (first: Operand<'i32'>, ...rest: Operand<'i32'>[]) =>
  rest.reduce((sum, next) => op('i32.add', sum, next), first)
const minus = (a: Operand<'i32'>, b: Operand<'i32'>) => op('i32.sub', a, b)
const times = (a: Operand<'i32'>, b: Operand<'i32'> | number) =>
  op('i32.mul', a, typeof b === 'number' ? i32(b) : b)
const over = (a: Operand<'i32'>, b: Operand<'i32'>) => op('i32.div_u', a, b)
const rest = (a: Operand<'i32'>, b: Operand<'i32'>) => op('i32.rem_u', a, b)
const bytes = (count: Operand<'i32'>) => op('i32.shl', count, i32(2))

/** `inside`: no window reaches beyond the image, and columns are one apart. */
export function weightGradientKernel(
  target: Target,
  phases: Phases | 'inside',
): Kernel<typeof weightGradientParams> {
  return defineKernel({
    key: `weightGradient:${targetKey(target)}:${phases}`,
    params: weightGradientParams,
    emit: (k: Builder) => emitTask(k, laneTileOf(target), phases),
  })
}

interface Task {
  readonly split: Local<'i32'>
  readonly group: Local<'i32'>
  readonly map: Local<'i32'>
  readonly maps: Local<'i32'>
  readonly channel: Local<'i32'>
  readonly channels: Local<'i32'>
  /** Columns of dW. */
  readonly columns: Local<'i32'>
}

function taskOf({ f, arg, task }: Builder): Task {
  const least = (a: Operand<'i32'>, b: Operand<'i32'>) => {
    const [x, y] = [f.let(a), f.let(b)]
    return f.let(select(x, y, op('i32.lt_s', x, y)))
  }
  const channelBlock = rest(task, arg('channelBlocks'))
  const others = f.let(over(task, arg('channelBlocks')))
  const mapBlock = f.let(rest(others, arg('mapBlocks')))
  f.set(others, over(others, arg('mapBlocks')))
  const channel = f.let(times(channelBlock, arg('channelBlock')))
  const map = f.let(times(mapBlock, arg('mapBlock')))
  const channels = least(arg('channelBlock'), minus(arg('channels'), channel))
  return {
    split: f.let(over(others, arg('groups'))),
    group: f.let(rest(others, arg('groups'))),
    map,
    maps: least(arg('mapBlock'), minus(arg('maps'), map)),
    channel,
    channels,
    columns: f.let(times(channels, over(arg('columns'), arg('channels')))),
  }
}

function emitTask(k: Builder, tile: LaneTile, phases: Phases | 'inside'): void {
  const { f, arg, scratch, target } = k
  const t = taskOf(k)
  const rows = f.let(over(plus(t.maps, i32(tile.rows - 1)), i32(tile.rows)))
  const columns = f.let(over(plus(t.columns, i32(tile.columns - 1)), i32(tile.columns)))
  const dyRows = f.let(plus(scratch, arg('dyAt')))
  const xRows = f.let(plus(scratch, arg('xAt')))
  const room = f.let(plus(scratch, arg('roomAt')))
  f.fill(scratch, i32(0), times(times(rows, columns), laneTileBytes(tile)))
  // Rows that only fill up the last tiles count for nothing, but must hold numbers.
  zeroRows(k, plus(dyRows, times(t.maps, rowPitch)), minus(times(rows, tile.rows), t.maps))
  zeroRows(k, plus(xRows, times(t.columns, rowPitch)), minus(times(columns, tile.columns), t.columns))
  const copyTaps = tapRowsOf(k, phases)
  const product = laneProduct(k.m, target, tile, rowPitch)
  const chunk = f.let(times(t.split, arg('splitChunks')))
  const end = f.let(plus(chunk, arg('splitChunks')))
  const chunks = f.let(arg('chunks'))
  f.set(end, select(end, chunks, op('i32.lt_s', end, chunks)))
  f.for(chunk, chunk, end, 1, () => {
    const { steps } = emitChunk(k, t, chunk, { dyRows, xRows, room }, copyTaps)
    f.call(product, dyRows, xRows, scratch, rows, columns, op('i32.shr_u', plus(steps, i32(3)), i32(2)))
  })
  storeTiles(k, t, tile, rows)
}

interface Rooms {
  readonly dyRows: Local<'i32'>
  readonly xRows: Local<'i32'>
  readonly room: Local<'i32'>
}

/** Copies the rows of a chunk and gives its steps. */
function emitChunk(
  k: Builder,
  t: Task,
  chunk: Local<'i32'>,
  { dyRows, xRows, room }: Rooms,
  copyTaps: CopyTaps,
) {
  const { f, m, arg } = k
  const least = (a: Operand<'i32'>, b: Operand<'i32'>) => {
    const [x, y] = [f.let(a), f.let(b)]
    return f.let(select(x, y, op('i32.lt_s', x, y)))
  }
  const first = f.let(times(over(chunk, arg('planeBlocks')), arg('chunkPlanes')))
  const block = f.let(rest(chunk, arg('planeBlocks')))
  const row = f.let(times(rest(block, arg('rowBlocks')), arg('chunkRows')))
  const column = f.let(times(over(block, arg('rowBlocks')), arg('chunkColumns')))
  const rows = least(arg('chunkRows'), minus(arg('outHeight'), row))
  const columns = least(arg('chunkColumns'), minus(arg('outWidth'), column))
  const size = f.let(times(rows, columns))
  const planes = least(arg('chunkPlanes'), minus(arg('planes'), first))
  const outPlane = f.let(times(arg('outHeight'), arg('outWidth')))
  const imageBytes = f.let(
    bytes(times(times(arg('channels'), arg('inDepth')), times(arg('inHeight'), arg('inWidth')))),
  )
  const copyMaps = m.once('weightGradient:rows', () =>
    m.func('rows', ['i32', 'i32', 'i32', 'i32', 'i32'], undefined, copyRows),
  )
  const plane = f.let(first)
  const [dyTo, xTo] = [f.let(dyRows), f.let(xRows)]
  f.repeat(planes, () => {
    const image = f.let(over(plane, arg('outDepth')))
    const depth = f.let(rest(plane, arg('outDepth')))
    const matrix = f.let(plus(times(image, arg('groups')), t.group))
    const map = times(plus(times(matrix, arg('maps')), t.map), arg('outDepth'))
    const at = plus(times(plus(map, depth), outPlane), times(row, arg('outWidth')), column)
    f.call(copyMaps, plus(arg('dy'), bytes(at)), dyTo, t.maps, size, times(bytes(outPlane), arg('outDepth')))
    const source = plus(arg('x'), times(matrix, imageBytes))
    const channelBytes = over(imageBytes, arg('channels'))
    const outputs: OutputBlock = { depth, row, column, rows, columns }
    copyTaps({
      image: f.let(plus(source, times(t.channel, channelBytes))),
      channels: t.channels,
      to: f.let(xTo),
      pitch: rowPitch,
      block: outputs,
      room,
    })
    for (const to of [dyTo, xTo]) f.add(to, bytes(size))
    f.add(plane, 1)
  })
  const steps = f.let(times(planes, size))
  endRows(k, plus(dyRows, bytes(steps)), t.maps)
  endRows(k, plus(xRows, bytes(steps)), t.columns)
  return { steps }
}

/** Lines of `size` floats, from a matrix to rows; the last store of each may run over. */
function copyRows(
  f: FunctionBuilder,
  from: Local<'i32'>,
  to: Local<'i32'>,
  rows: Local<'i32'>,
  size: Local<'i32'>,
  stepBytes: Local<'i32'>,
): undefined {
  const vectors = f.let(op('i32.shr_u', plus(size, i32(3)), i32(2)))
  const [source, target] = [f.local('i32'), f.local('i32')]
  f.repeat(rows, () => {
    f.set(source, from)
    f.set(target, to)
    f.repeat(vectors, () => {
      f.store('v128.store', target, load('v128.load', source))
      f.add(source, 16)
      f.add(target, 16)
    })
    f.add(from, stepBytes)
    f.add(to, rowPitch)
  })
  return undefined
}

/** Zeros behind the steps of every row: what a row ends with comes in vectors. */
function endRows({ f }: Builder, at: Operand<'i32'>, rows: Local<'i32'>): void {
  const to = f.let(at)
  f.repeat(rows, () => {
    f.store('v128.store', to, f32x4(0))
    f.add(to, rowPitch)
  })
}

function zeroRows({ f }: Builder, at: Operand<'i32'>, rows: Operand<'i32'>): void {
  f.fill(at, i32(0), times(rows, rowPitch))
}

/** Stores the tiles where they belong in dW. */
function storeTiles({ f, arg, scratch }: Builder, t: Task, tile: LaneTile, rows: Local<'i32'>): void {
  const rowBytes = f.let(bytes(arg('columns')))
  const matrix = plus(times(t.split, arg('groups')), t.group)
  const firstRow = plus(times(matrix, arg('maps')), t.map)
  const taps = over(arg('columns'), arg('channels'))
  const first = f.let(plus(arg('dw'), times(firstRow, rowBytes), bytes(times(t.channel, taps))))
  const [c, at, left] = [f.let(scratch), f.local('i32'), f.local('i32')]
  const [column, row, value] = [f.local('i32'), f.local('i32'), f.local('v128')]
  f.for(column, 0, t.columns, tile.columns, () => {
    f.set(at, first)
    f.for(row, 0, times(rows, tile.rows), tile.rows, () => {
      for (let r = 0; r < tile.rows; r++) {
        f.if(op('i32.lt_s', plus(row, i32(r)), t.maps), () => {
          for (let v = 0; v < tile.columns; v += 4) {
            const most = Math.min(4, tile.columns - v)
            f.set(left, minus(t.columns, plus(column, i32(v))))
            if (most < 4) f.if(op('i32.gt_s', left, i32(most)), () => f.set(left, i32(most)))
            f.if(op('i32.gt_s', left, i32(0)), () => {
              f.set(value, load('v128.load', c, laneElement(tile, r, v)))
              storeFirst(f, at, value, left, 4 * v)
            })
          }
        })
        f.add(at, rowBytes)
      }
      f.add(c, laneTileBytes(tile))
    })
    f.add(first, 4 * tile.columns)
  })
}
