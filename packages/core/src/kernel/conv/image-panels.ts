/**
 * The windows of an image as panels of a matrix: a column for every output pixel, a step for every channel and tap of
 * the window, in this order. The matrix itself is never stored. Four neighbouring pixels lie in one row of the output
 * or in two, so every vector is made of two loads at most; where the whole panel lies in one row and no window leaves
 * the image, of one.
 */
import type { FunctionBuilder, Local, Operand } from '../../wasm/index.ts'
import { i32, load, op } from '../../wasm/index.ts'
import type { PanelSource, SourceBlock } from '../gemm/gemm-kernel.ts'
import { panelAddresses, panelsAtOnce } from '../gemm/pack.ts'
import type { KernelBuilder, ParamSpec, Place } from '../kernel.ts'
import { neighbours } from './neighbours.ts'
import { emitTapRecords, recordBytes } from './tap-records.ts'

export const imageParams = {
  imageHeight: 'i32',
  imageWidth: 'i32',
  /** Pixels in a row of the output. */
  imageOutWidth: 'i32',
  imageKernelHeight: 'i32',
  imageKernelWidth: 'i32',
  imageStride: 'i32',
  imageDilationHeight: 'i32',
  imageDilationWidth: 'i32',
  imagePadTop: 'i32',
  imagePadLeft: 'i32',
  /** For every tap, its distance from the first one in bytes. */
  imageTaps: 'in',
} as const satisfies ParamSpec

export type ImageBuilder = KernelBuilder<typeof imageParams>

/** Strides from pixel to pixel that `neighbours` can take without reading farther behind the image than allowed. */
export const maxStride = 5
/** Two rows of the output hold any four neighbours from this width on. */
export const minOutWidth = 4

/** Panels of windows whose neighbours are `stride` pixels apart; `taps` in a window. */
export function imagePanels(stride: number, taps: number, vectors: number): PanelSource {
  return {
    key: `image:${stride}:${taps === 1 ? 'point' : 'window'}`,
    params: imageParams,
    scratchBytes: taps * vectors * recordBytes,
    emit: (k, block) => emitPanels(k as ImageBuilder, block, stride, taps === 1), // its own parameters are among them
  }
}

const plus = (a: Operand<'i32'>, b: Operand<'i32'>) => op('i32.add', a, b)
const times = (a: Operand<'i32'>, b: Operand<'i32'>) => op('i32.mul', a, b)

/** What is the same for all panels of a block. */
export interface Walk {
  readonly stride: number
  readonly width: number
  /** Address of the first channel of the block, and bytes of a channel. */
  readonly from: Local<'i32'>
  readonly planeBytes: Local<'i32'>
  readonly channels: Local<'i32'>
  readonly taps: Local<'i32'>
}

/** One panel: its first pixel in the output, and the first tap of its window in the image. */
export interface PanelPlace {
  readonly outColumn: Local<'i32'>
  readonly row: Local<'i32'>
  readonly column: Local<'i32'>
  readonly to: Local<'i32'>
}

function emitPanels(k: ImageBuilder, block: SourceBlock, stride: number, isPoint: boolean): void {
  const { f, arg } = k
  const taps = f.let(isPoint ? i32(1) : times(arg('imageKernelHeight'), arg('imageKernelWidth')))
  const planeBytes = f.let(op('i32.shl', times(arg('imageHeight'), arg('imageWidth')), i32(2)))
  const walk: Walk = {
    stride,
    width: block.width,
    from: f.let(plus(block.from, times(op('i32.div_u', block.step, taps), planeBytes))),
    planeBytes,
    channels: f.let(op('i32.div_u', block.depth, taps)),
    taps,
  }
  const to = f.let(block.to)
  const panelBytes = f.let(times(block.depth, i32(4 * block.width)))
  const at = f.local('i32')
  const panels = f.local('i32')
  f.for(at, 0, block.columns, times(panels, i32(block.width)), () => {
    const pixel = f.let(plus(block.column, at))
    const outRow = f.let(op('i32.div_u', pixel, arg('imageOutWidth')))
    const outColumn = f.let(op('i32.sub', pixel, times(outRow, arg('imageOutWidth'))))
    const row = f.let(op('i32.sub', times(outRow, arg('imageStride')), arg('imagePadTop')))
    const column = f.let(op('i32.sub', times(outColumn, i32(stride)), arg('imagePadLeft')))
    const place: PanelPlace = { outColumn, row, column, to }
    const isFar = op('i32.ge_s', op('i32.sub', block.columns, at), i32(panelsAtOnce * block.width))
    f.set(panels, i32(1))
    f.if(
      op('i32.and', isFar, isInside(k, walk, place, panelsAtOnce)),
      () => {
        copyPanels(k, walk, place, isPoint, panelsAtOnce, panelBytes)
        f.set(panels, i32(panelsAtOnce))
      },
      () =>
        f.if(
          isInside(k, walk, place, 1),
          () => copyPanels(k, walk, place, isPoint, 1, panelBytes),
          () => {
            emitTapRecords(k, walk, place, block.scratch)
            gatherPanel(f, walk, place, block.scratch)
          },
        ),
    )
    f.add(to, times(panelBytes, panels))
  })
}

/** So many panels lie in one row, and their windows in the image. */
function isInside({ f, arg }: ImageBuilder, walk: Walk, place: PanelPlace, panels: number): Local<'i32'> {
  const width = panels * walk.width
  const reach = (
    size: 'imageKernelHeight' | 'imageKernelWidth',
    dilation: 'imageDilationHeight' | 'imageDilationWidth',
  ) => times(op('i32.sub', arg(size), i32(1)), arg(dilation))
  const lastRow = plus(place.row, reach('imageKernelHeight', 'imageDilationHeight'))
  const lastColumn = plus(
    place.column,
    plus(reach('imageKernelWidth', 'imageDilationWidth'), i32((width - 1) * walk.stride)),
  )
  const conditions = [
    op('i32.le_s', plus(place.outColumn, i32(width)), arg('imageOutWidth')),
    op('i32.ge_s', place.row, i32(0)),
    op('i32.ge_s', place.column, i32(0)),
    op('i32.lt_s', lastRow, arg('imageHeight')),
    op('i32.lt_s', lastColumn, arg('imageWidth')),
  ]
  return f.let(conditions.reduce((all, one) => op('i32.and', all, one)))
}

function copyPanels(
  { f, arg }: ImageBuilder,
  { stride, width, ...walk }: Walk,
  place: PanelPlace,
  isPoint: boolean,
  panels: number,
  panelBytes: Local<'i32'>,
): void {
  const offset = plus(times(place.row, arg('imageWidth')), place.column)
  const channel = f.let(plus(walk.from, op('i32.shl', offset, i32(2))))
  const targets = panelAddresses(f, panels, place.to, panelBytes)
  const copy = (from: Local<'i32'>) =>
    targets.forEach((to, panel) => {
      for (let i = 0; i < width; i += 4) {
        const pixels = neighbours(f, stride, from, 4 * stride * (panel * width + i))
        f.store('v128.store', to, pixels, 4 * i)
      }
      f.add(to, 4 * width)
    })
  const [table, from] = [f.local('i32'), f.local('i32')]
  f.repeat(walk.channels, () => {
    if (isPoint) copy(channel)
    else {
      f.set(table, arg('imageTaps'))
      f.repeat(walk.taps, () => {
        f.set(from, plus(channel, load('i32.load', table)))
        copy(from)
        f.add(table, 4)
      })
    }
    f.add(channel, walk.planeBytes)
  })
}

function gatherPanel(f: FunctionBuilder, walk: Walk, place: PanelPlace, records: Local<'i32'>): void {
  const [channel, to, record] = [f.let(walk.from), f.let(place.to), f.local('i32')]
  const part = (at: number, offset: number) => {
    const from = f.let(plus(channel, load('i32.load', record, at + offset)))
    const mask = load('v128.load', record, at + 16 + 4 * offset)
    return op('v128.and', neighbours(f, walk.stride, from, 0), mask)
  }
  f.repeat(walk.channels, () => {
    f.set(record, records)
    f.repeat(walk.taps, () => {
      for (let v = 0; 4 * v < walk.width; v++) {
        const at = v * recordBytes
        f.store('v128.store', to, op('v128.or', part(at, 0), part(at, 4)), 16 * v)
      }
      f.add(record, (walk.width / 4) * recordBytes)
      f.add(to, 4 * walk.width)
    })
    f.add(channel, walk.planeBytes)
  })
}

/** Distances of the taps, in order, as the bytes of the `imageTaps` table. */
export function tapTable(
  [height, width]: readonly [number, number],
  [down, right]: readonly [number, number],
  imageWidth: number,
): Uint8Array {
  const distances = Array.from({ length: height * width }, (_, tap) => {
    const [i, j] = [Math.floor(tap / width), tap % width]
    return 4 * (i * down * imageWidth + j * right)
  })
  return new Uint8Array(Int32Array.from(distances).buffer)
}

export type ImageArgs = Readonly<Record<keyof typeof imageParams, number | Place>>
