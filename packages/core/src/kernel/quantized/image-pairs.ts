/**
 * The windows of an image as panels of pairs: a column for every output pixel, a step for every channel and tap. Eight
 * neighbouring pixels lie in one row of the output or in two, where rows are that long; else each is fetched by itself.
 */
import {
  type FunctionBuilder,
  i32,
  type Local,
  load,
  loadLane,
  type Operand,
  op,
  select,
  v128Bytes,
} from '../../wasm/index.ts'
import type { PanelSource, SourceBlock } from '../gemm/gemm-kernel.ts'
import type { KernelBuilder, ParamSpec } from '../kernel.ts'
import { type ByteType, pairedBytes, splatZero, widened, zeroPoint } from './bytes.ts'

export const pairSourceParams = {
  /** The input's zero point. */
  imageZero: 'in',
  /** For every step, its distance from the first one in bytes; an even number of them. */
  imageOffsets: 'in',
  imageOutWidth: 'i32',
  imageOutHeight: 'i32',
  /** Bytes from an output pixel to the one below it, and to the one right of it. */
  imageDown: 'i32',
  imageRight: 'i32',
} as const satisfies ParamSpec

type Builder = KernelBuilder<typeof pairSourceParams>

const width = 8

/** `rows`: a row of the output has eight pixels at least, `stride` bytes apart, 1 or 2. */
export type PixelRun = { readonly kind: 'rows'; readonly stride: 1 | 2 } | { readonly kind: 'pixels' }

/** How the pixels of a row that is `outWidth` long are fetched. */
export function pixelRun(outWidth: number, stride: number): PixelRun {
  return outWidth >= width && (stride === 1 || stride === 2) ? { kind: 'rows', stride } : { kind: 'pixels' }
}

/** Panels of eight pixels. */
export function imagePairs(dtype: ByteType, run: PixelRun): PanelSource {
  return {
    key: `pairs:${dtype}:${run.kind === 'rows' ? run.stride : 'pixels'}`,
    params: pairSourceParams,
    scratchBytes: 64,
    emit: (k, block) => emitPanels(k as Builder, block, dtype, run), // its own parameters are among them
  }
}

const plus = (a: Operand<'i32'>, b: Operand<'i32'>) => op('i32.add', a, b)
const times = (a: Operand<'i32'>, b: Operand<'i32'>) => op('i32.mul', a, b)

function emitPanels(k: Builder, block: SourceBlock, dtype: ByteType, run: PixelRun): void {
  const { f, arg } = k
  const zero = splatZero(f, zeroPoint(f, dtype, arg('imageZero')))
  const to = f.let(block.to)
  const at = f.local('i32')
  f.for(at, 0, block.columns, width, () => {
    const pixel = f.let(plus(block.column, at))
    const walk = { from: block.from, pixel, pairs: block.depth, to, offsets: f.let(arg('imageOffsets')) }
    if (run.kind === 'rows') rowPanel(k, walk, dtype, run.stride, zero)
    else pixelPanel(k, walk, dtype, zero, block.scratch, f.let(op('i32.sub', block.columns, at)))
  })
}

interface Walk {
  readonly from: Local<'i32'>
  /** The first pixel of the panel. */
  readonly pixel: Local<'i32'>
  readonly pairs: Local<'i32'>
  /** Where the panel is stored: moved to the end of it. */
  readonly to: Local<'i32'>
  readonly offsets: Local<'i32'>
}

/** Address of the window of a pixel. */
function windowOf({ f, arg }: Builder, from: Operand<'i32'>, pixel: Local<'i32'>) {
  const row = f.let(op('i32.div_u', pixel, arg('imageOutWidth')))
  const column = f.let(op('i32.sub', pixel, times(row, arg('imageOutWidth'))))
  const at = f.let(plus(from, plus(times(row, arg('imageDown')), times(column, arg('imageRight')))))
  return { row, column, at }
}

function put(
  f: FunctionBuilder,
  dtype: ByteType,
  { to }: Walk,
  bytes: Operand<'v128'>,
  zero: Local<'v128'>,
): void {
  widened(f, dtype, bytes).forEach((pairs, i) => {
    f.store('v128.store', to, op('i16x8.sub', pairs, zero), 16 * i)
  })
  f.add(to, 4 * width)
}

function rowPanel(k: Builder, walk: Walk, dtype: ByteType, stride: 1 | 2, zero: Local<'v128'>): void {
  const { f, arg } = k
  const { row, column, at } = windowOf(k, walk.from, walk.pixel)
  const left = f.let(op('i32.sub', arg('imageOutWidth'), column))
  const [first, second] = [f.local('i32'), f.local('i32')]
  const isNext = plus(
    op('i32.lt_s', left, i32(width)),
    op('i32.lt_s', plus(row, i32(1)), arg('imageOutHeight')),
  )
  const eachPair = (bytes: () => Operand<'v128'>) =>
    f.repeat(walk.pairs, () => {
      f.set(first, plus(at, load('i32.load', walk.offsets)))
      f.set(second, plus(at, load('i32.load', walk.offsets, 4)))
      put(f, dtype, walk, bytes(), zero)
      f.add(walk.offsets, 8)
    })
  f.if(
    op('i32.eq', isNext, i32(2)),
    () => {
      // Lane n of the next row's vector is its first pixel, where n are left of this row.
      const step = f.let(op('i32.sub', arg('imageDown'), times(arg('imageOutWidth'), arg('imageRight'))))
      const isThis = f.let(
        op(
          'i8x16.gt_s',
          op('i8x16.splat', left),
          v128Bytes([0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7]),
        ),
      )
      eachPair(() => {
        const here = f.let(pairedBytes(f, stride, first, second))
        f.add(first, step)
        f.add(second, step)
        return op('v128.bitselect', here, pairedBytes(f, stride, first, second), isThis)
      })
    },
    () => eachPair(() => pairedBytes(f, stride, first, second)),
  )
}

/** Pixels behind the last one of the block stand for it. */
function pixelPanel(
  k: Builder,
  walk: Walk,
  dtype: ByteType,
  zero: Local<'v128'>,
  addresses: Local<'i32'>,
  count: Local<'i32'>,
): void {
  const { f } = k
  const last = f.let(plus(walk.pixel, op('i32.sub', count, i32(1))))
  for (let lane = 0; lane < width; lane++) {
    const pixel = f.let(plus(walk.pixel, i32(lane)))
    f.set(pixel, select(pixel, last, op('i32.lt_s', pixel, last)))
    f.store('i32.store', addresses, windowOf(k, walk.from, pixel).at, 4 * lane)
  }
  const bytes = f.local('v128')
  f.repeat(walk.pairs, () => {
    const offsets = [f.let(load('i32.load', walk.offsets)), f.let(load('i32.load', walk.offsets, 4))]
    for (let lane = 0; lane < width; lane++) {
      const window = f.let(load('i32.load', addresses, 4 * lane))
      offsets.forEach((offset, i) => {
        f.set(bytes, loadLane('v128.load8_lane', plus(window, offset), bytes, 2 * lane + i))
      })
    }
    put(f, dtype, walk, bytes, zero)
    f.add(walk.offsets, 8)
  })
}
