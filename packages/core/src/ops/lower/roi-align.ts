/** RoiAlign: a task pools one region; every sample adds to the bin of all channels. */
import { elementCount } from '../../base/shape.ts'
import { defineKernel, type Kernel, type KernelBuilder } from '../../kernel/kernel.ts'
import type { LowerContext, Refusal, TensorRef } from '../../kernel/lower.ts'
import {
  clamp,
  type Double,
  difference,
  double,
  integer,
  product,
  quotient,
  sum,
} from '../../kernel/spatial/doubles.ts'
import { f32, f64, i32, type Local, load, type Operand, op, select } from '../../wasm/index.ts'

export interface RoiAlignAttrs {
  readonly coordinate_transformation_mode: 'half_pixel' | 'output_half_pixel'
  readonly mode: 'avg' | 'max'
  readonly sampling_ratio: number
  readonly spatial_scale: number
}

const params = {
  x: 'in',
  rois: 'in',
  images: 'in',
  y: 'out',
  imageCount: 'i32',
  channels: 'i32',
  height: 'i32',
  width: 'i32',
  rows: 'i32',
  columns: 'i32',
  /** Samples of a bin along each axis; 0: as many as it has elements. */
  samples: 'i32',
  scale: 'f32',
} as const

type Builder = KernelBuilder<typeof params>

/** Lowers RoiAlign. */
export function lowerRoiAlign(
  { X, rois, batch_indices }: Readonly<Record<'X' | 'rois' | 'batch_indices', TensorRef>>,
  Y: TensorRef,
  attrs: RoiAlignAttrs,
  context: LowerContext,
): Refusal {
  if (X.dtype !== 'float32') return `dtype ${X.dtype}`
  if (elementCount(Y.shape) === 0) return undefined
  const [imageCount, channels, height, width] = X.shape as readonly [number, number, number, number] // of rank 4
  if (elementCount(X.shape) === 0) return 'an empty image'
  const { coordinate_transformation_mode, mode, sampling_ratio: samples, spatial_scale: scale } = attrs
  const [rows, columns] = [Y.shape[2]!, Y.shape[3]!]
  const places = { x: X.at, rois: rois.at, images: batch_indices.at, y: Y.at }
  const sizes = { imageCount, channels, height, width, rows, columns, samples, scale }
  const isAligned = coordinate_transformation_mode === 'half_pixel'
  context.call(roiKernel(isAligned, mode), { ...places, ...sizes }, rois.shape[0]!)
  return undefined
}

const shl2 = (x: Operand<'i32'>) => op('i32.shl', x, i32(2))
const plus = (a: Operand<'i32'>, b: Operand<'i32'>) => op('i32.add', a, b)
const times = (a: Operand<'i32'>, b: Operand<'i32'>) => op('i32.mul', a, b)

function roiKernel(isAligned: boolean, mode: 'avg' | 'max'): Kernel<typeof params> {
  return defineKernel({
    key: `roi-align:${isAligned}:${mode}`,
    params,
    emit(k: Builder) {
      const { f, arg, task } = k
      const image = f.let(load('i64.load', plus(arg('images'), op('i32.shl', task, i32(3)))))
      f.if(op('i64.ge_u', image, op('i64.extend_i32_u', arg('imageCount'))), () => f.unreachable())
      const region = f.let(plus(arg('rois'), op('i32.shl', task, i32(4))))
      const across = binsOf(k, isAligned, region, 0, arg('columns'))
      const down = binsOf(k, isAligned, region, 4, arg('rows'))
      const plane = f.let(times(shl2(arg('height')), arg('width')))
      const x = f.let(plus(arg('x'), times(times(op('i32.wrap_i64', image), arg('channels')), plane)))
      const bins = f.let(shl2(times(arg('rows'), arg('columns'))))
      const y = f.let(plus(arg('y'), times(times(task, arg('channels')), bins)))
      const [row, column] = [f.local('i32'), f.local('i32')]
      f.for(row, 0, arg('rows'), 1, () =>
        f.for(column, 0, arg('columns'), 1, () => {
          emitBin(k, mode, { across, down, row, column, x, plane, y, bins })
          f.add(y, 4)
        }),
      )
    },
  })
}

/** The bins along an axis: where the first begins, their size, and the samples of each. */
interface Bins {
  readonly first: Local<'f64'>
  readonly size: Local<'f64'>
  readonly count: Local<'i32'>
}

function binsOf(
  { f, arg }: Builder,
  isAligned: boolean,
  region: Local<'i32'>,
  at: number,
  bins: Operand<'i32'>,
): Bins {
  const scale = f.let(double(arg('scale')))
  const corner = (offset: number) => double(load('f32.load', region, offset))
  const start = f.let(corner(at))
  const first = f.let(difference(product(start, scale), isAligned ? 0.5 : 0))
  const extent = product(difference(corner(at + 8), start), scale)
  // Without the pixel shift a region is at least one element long.
  const size = f.let(quotient(isAligned ? extent : op('f64.max', extent, f64(1)), double(bins)))
  const count = f.let(arg('samples'))
  f.if(op('i32.eqz', count), () => f.set(count, integer(clamp(op('f64.ceil', size), 0, 2 ** 31 - 1))))
  return { first, size, count }
}

interface Bin {
  readonly across: Bins
  readonly down: Bins
  readonly row: Local<'i32'>
  readonly column: Local<'i32'>
  /** The image, and bytes of a plane of it. */
  readonly x: Local<'i32'>
  readonly plane: Local<'i32'>
  /** The bin of the first channel, and bytes from channel to channel. */
  readonly y: Local<'i32'>
  readonly bins: Local<'i32'>
}

function emitBin(k: Builder, mode: 'avg' | 'max', bin: Bin): void {
  const { f, arg } = k
  const { across, down, row, column, x, plane, y, bins } = bin
  const total = f.let(times(across.count, down.count))
  const isEmpty = op('i32.eqz', total)
  const start = mode === 'avg' ? f32(0) : select(f32(0), f32(Number.NEGATIVE_INFINITY), isEmpty)
  const overChannels = (body: (out: Local<'i32'>, source: Local<'i32'>) => void) => {
    const [out, source] = [f.let(y), f.let(x)]
    f.repeat(arg('channels'), () => {
      body(out, source)
      f.add(out, bins)
      f.add(source, plane)
    })
  }
  overChannels((out) => f.store('f32.store', out, start))
  const [i, j] = [f.local('i32'), f.local('i32')]
  const position = ({ first, size, count }: Bins, index: Local<'i32'>, sample: Local<'i32'>): Double => {
    const within = quotient(sum(double(sample), 0.5), double(count))
    return sum(first, product(sum(double(index), within), size))
  }
  f.for(i, 0, down.count, 1, () => {
    const v = neighbours(k, position(down, row, i), arg('height'))
    f.for(j, 0, across.count, 1, () => {
      const h = neighbours(k, position(across, column, j), arg('width'))
      const isOutside = op('i32.or', v.isOutside, h.isOutside)
      f.if(
        isOutside,
        () => {
          if (mode === 'max')
            overChannels((out) => f.store('f32.store', out, op('f32.max', load('f32.load', out), f32(0))))
        },
        () => emitSample(k, mode, v, h, overChannels),
      )
    })
  })
  if (mode === 'avg') {
    const count = f.let(op('f32.convert_i32_s', total))
    const atLeastOne = f.let(op('f32.max', count, f32(1)))
    overChannels((out) => f.store('f32.store', out, op('f32.div', load('f32.load', out), atLeastOne)))
  }
}

interface Neighbours {
  readonly low: Local<'i32'>
  readonly high: Local<'i32'>
  /** Weights of both. */
  readonly lowWeight: Local<'f64'>
  readonly highWeight: Local<'f64'>
  /** Further out than one element. */
  readonly isOutside: Local<'i32'>
}

/** The two elements of an axis around a position. */
function neighbours({ f }: Builder, position: Double, size: Operand<'i32'>): Neighbours {
  const at = f.let(position)
  const count = f.let(double(size))
  const isOutside = f.let(op('i32.or', op('f64.lt', at, f64(-1)), op('f64.gt', at, count)))
  const last = f.let(difference(count, 1))
  const inside = f.let(clamp(at, 0, last))
  const low = f.let(op('f64.floor', inside))
  const highWeight = f.let(difference(inside, low))
  return {
    low: f.let(integer(low)),
    high: f.let(integer(op('f64.min', sum(low, 1), last))),
    lowWeight: f.let(difference(1, highWeight)),
    highWeight,
    isOutside,
  }
}

function emitSample(
  { f, arg }: Builder,
  mode: 'avg' | 'max',
  v: Neighbours,
  h: Neighbours,
  overChannels: (body: (out: Local<'i32'>, source: Local<'i32'>) => void) => void,
): void {
  const corner = (row: Local<'i32'>, column: Local<'i32'>, a: Double, b: Double) => ({
    offset: f.let(shl2(plus(times(row, arg('width')), column))),
    weight: f.let(op('f32.demote_f64', product(a, b))),
  })
  const corners = [
    corner(v.low, h.low, v.lowWeight, h.lowWeight),
    corner(v.low, h.high, v.lowWeight, h.highWeight),
    corner(v.high, h.low, v.highWeight, h.lowWeight),
    corner(v.high, h.high, v.highWeight, h.highWeight),
  ]
  overChannels((out, source) => {
    const value = corners.reduce<Operand<'f32'>>(
      (result, { offset, weight }) => {
        const term = op('f32.mul', weight, load('f32.load', plus(source, offset)))
        return mode === 'avg' ? op('f32.add', result, term) : op('f32.max', result, term)
      },
      load('f32.load', out),
    )
    f.store('f32.store', out, value)
  })
}
