/**
 * The second half of a transposed convolution: adds what every input pixel gives to every tap of its window to the
 * output. A task owns one channel of one image, so that no two tasks write the same pixel.
 */
import type { Local, Operand } from '../../wasm/index.ts'
import { f32x4, i32, load, op, shuffle32 } from '../../wasm/index.ts'
import { storeFirst } from '../gemm/tile-store.ts'
import { defineKernel, type Kernel, type KernelBuilder, type ParamSpec } from '../kernel.ts'
import type { BoundEpilogue } from '../lower.ts'

const axisNames = ['Depth', 'Height', 'Width'] as const
export type SpreadAxis = (typeof axisNames)[number]

export const spreadParams = {
  /** [images, channels, taps, input pixels]. */
  x: 'in',
  y: 'out',
  bias: 'in',
  channels: 'i32',
  /** Input pixels, output pixels, taps, and how windows lie over the output, for each axis. */
  inDepth: 'i32',
  inHeight: 'i32',
  inWidth: 'i32',
  outDepth: 'i32',
  outHeight: 'i32',
  outWidth: 'i32',
  kernelDepth: 'i32',
  kernelHeight: 'i32',
  kernelWidth: 'i32',
  strideDepth: 'i32',
  strideHeight: 'i32',
  strideWidth: 'i32',
  dilationDepth: 'i32',
  dilationHeight: 'i32',
  dilationWidth: 'i32',
  padDepth: 'i32',
  padHeight: 'i32',
  padWidth: 'i32',
} as const satisfies ParamSpec

type Builder = KernelBuilder<typeof spreadParams>

/** `stride` 1 or 2 along rows makes code of its own; any other is a parameter. */
export function spreadKernel(
  stride: number,
  epilogue: BoundEpilogue | undefined,
): Kernel<typeof spreadParams> {
  const rate = stride <= 2 ? stride : 'any'
  return defineKernel<ParamSpec>({
    key: `spread:${rate}:${epilogue?.key ?? ''}`,
    params: { ...spreadParams, ...epilogue?.params },
    emit: (k) => emitTask(k as Builder, stride, epilogue), // the epilogue's parameters come on top
  }) as Kernel<typeof spreadParams> // as above
}

const plus = (a: Operand<'i32'>, b: Operand<'i32'>) => op('i32.add', a, b)
const minus = (a: Operand<'i32'>, b: Operand<'i32'>) => op('i32.sub', a, b)
const times = (a: Operand<'i32'>, b: Operand<'i32'>) => op('i32.mul', a, b)
const bytes = (count: Operand<'i32'>) => op('i32.shl', count, i32(2))

function emitTask(k: Builder, stride: number, epilogue: BoundEpilogue | undefined): void {
  const { f, arg, task } = k
  const channel = f.let(op('i32.rem_u', task, arg('channels')))
  const outPixels = f.let(times(times(arg('outDepth'), arg('outHeight')), arg('outWidth')))
  const y = f.let(plus(arg('y'), bytes(times(task, outPixels))))
  const first = f.let(f32x4(0))
  f.if(arg('bias'), () => f.set(first, load('v128.load32_splat', plus(arg('bias'), bytes(channel)))))
  overPlane(k, y, outPixels, () => first)
  emitTaps(k, stride, y)
  if (!epilogue) return
  const image = f.let(op('i32.div_u', task, arg('channels')))
  overPlane(
    k,
    y,
    outPixels,
    (at, pixel) => epilogue.vector(k as KernelBuilder, load('v128.load', at), [image, channel, pixel]), // its parameters are among the kernel's
  )
}

/** Stores `value` at every four pixels of a plane. */
function overPlane(
  { f }: Builder,
  plane: Local<'i32'>,
  pixels: Local<'i32'>,
  value: (at: Local<'i32'>, pixel: Local<'i32'>) => Operand<'v128'>,
): void {
  const [at, pixel, vector] = [f.let(plane), f.local('i32'), f.local('v128')]
  f.for(pixel, 0, pixels, 4, () => {
    f.set(vector, value(at, pixel))
    storeFirst(f, at, vector, f.let(minus(pixels, pixel)))
    f.add(at, 16)
  })
}

/** Goes through the taps and the rows of the input in order, and adds every row to its place in the output. */
function emitTaps(k: Builder, stride: number, y: Local<'i32'>): void {
  const { f, arg, task } = k
  const taps = times(times(arg('kernelDepth'), arg('kernelHeight')), arg('kernelWidth'))
  const inRows = times(arg('inDepth'), arg('inHeight'))
  const rowBytes = f.let(bytes(arg('inWidth')))
  const x = f.let(plus(arg('x'), times(times(task, taps), times(inRows, rowBytes))))
  const tap = { Depth: f.local('i32'), Height: f.local('i32'), Width: f.local('i32') }
  const over = (axis: SpreadAxis, body: () => void) =>
    f.for(tap[axis], 0, times(arg(`kernel${axis}`), arg(`dilation${axis}`)), arg(`dilation${axis}`), body)
  over('Depth', () =>
    over('Height', () =>
      over('Width', () => {
        const columns = columnsOf(k, tap.Width)
        const at = (axis: SpreadAxis) => f.let(minus(tap[axis], arg(`pad${axis}`)))
        const [layer, start] = [at('Depth'), at('Height')]
        f.repeat(arg('inDepth'), () => {
          const row = f.let(start)
          f.repeat(arg('inHeight'), () => {
            const isInside = op(
              'i32.and',
              op('i32.lt_u', layer, arg('outDepth')),
              op('i32.lt_u', row, arg('outHeight')),
            )
            f.if(op('i32.and', isInside, op('i32.gt_s', columns.count, i32(0))), () => {
              const outRow = times(plus(times(layer, arg('outHeight')), row), arg('outWidth'))
              const to = f.let(plus(y, bytes(plus(outRow, columns.to))))
              addRow(k, stride, f.let(plus(x, bytes(columns.from))), to, columns)
            })
            f.add(x, rowBytes)
            f.add(row, arg('strideHeight'))
          })
          f.add(layer, arg('strideDepth'))
        })
      }),
    ),
  )
}

/** Pixels of an input row that meet the output under one tap. */
interface Columns {
  readonly from: Local<'i32'>
  readonly count: Local<'i32'>
  /** Where the first of them goes in the output row. */
  readonly to: Local<'i32'>
}

function columnsOf({ f, arg }: Builder, tap: Local<'i32'>): Columns {
  const shift = f.let(minus(tap, arg('padWidth')))
  // The least i with i · stride + shift ≥ 0, and the least with i · stride + shift ≥ outWidth.
  const least = (bound: Operand<'i32'>) => {
    const rounded = plus(minus(bound, shift), minus(arg('strideWidth'), i32(1)))
    const i = f.let(op('i32.div_s', rounded, arg('strideWidth')))
    f.if(op('i32.lt_s', rounded, i32(0)), () => f.set(i, i32(0)))
    return i
  }
  const from = least(i32(0))
  const end = least(arg('outWidth'))
  f.if(op('i32.gt_s', end, arg('inWidth')), () => f.set(end, arg('inWidth')))
  return {
    from,
    count: f.let(minus(end, from)),
    to: f.let(plus(times(from, arg('strideWidth')), shift)),
  }
}

/** Adds a row of pixels to every `stride`-th pixel of an output row. */
function addRow(k: Builder, stride: number, from: Local<'i32'>, to: Local<'i32'>, columns: Columns): void {
  const { f, arg } = k
  const left = f.let(columns.count)
  if (stride <= 2) {
    // Four pixels behind each other reach one farther than the last of them where every second one is skipped.
    const fours = f.let(op('i32.shr_s', stride === 1 ? left : minus(left, i32(1)), i32(2)))
    f.repeat(fours, () => {
      const x = load('v128.load', from)
      if (stride === 1) f.store('v128.store', to, op('f32x4.add', load('v128.load', to), x))
      else addToEven(k, to, x)
      f.add(from, 16)
      f.add(to, 16 * stride)
    })
    f.set(left, minus(left, bytes(fours)))
  }
  const stepBytes = f.let(bytes(arg('strideWidth')))
  f.repeat(left, () => {
    f.store('f32.store', to, op('f32.add', load('f32.load', to), load('f32.load', from)))
    f.add(from, 4)
    f.add(to, stepBytes)
  })
}

function addToEven({ f }: Builder, to: Local<'i32'>, x: Operand<'v128'>): void {
  const low = f.let(load('v128.load', to))
  const high = f.let(load('v128.load', to, 16))
  const sum = f.let(op('f32x4.add', shuffle32(low, high, [0, 2, 4, 6]), x))
  f.store('v128.store', to, shuffle32(sum, low, [0, 5, 1, 7]))
  f.store('v128.store', to, shuffle32(sum, high, [2, 5, 3, 7]), 16)
}
