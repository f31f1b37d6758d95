/** Planes of bytes with real borders around them, so that windows need not ask where the image ends. */
import { elementCount } from '../../base/shape.ts'
import { i32, type Local, load, type Operand, op } from '../../wasm/index.ts'
import { defineKernel, type Place } from '../kernel.ts'
import type { LowerContext } from '../lower.ts'

/** What windows need to know of an axis. */
export interface ByteAxis {
  readonly size: number
  readonly kernel: number
  readonly stride: number
  readonly dilation: number
  readonly padBegin: number
  readonly output: number
}

/** Planes in memory: where they begin, and bytes from row to row and from plane to plane. */
export interface BytePlanes {
  readonly at: Place
  readonly pitch: number
  readonly planeBytes: number
}

const params = {
  x: 'in',
  y: 'out',
  /** The byte of the border. */
  border: 'in',
  fallback: 'i32',
  height: 'i32',
  width: 'i32',
  pitch: 'i32',
  planeBytes: 'i32',
  /** Bytes before the first row, and behind each row up to the next one. */
  lead: 'i32',
  gap: 'i32',
  tail: 'i32',
  planes: 'i32',
  perTask: 'i32',
} as const

/** Vectors are stored whole, up to so many bytes behind the last byte of a plane. */
const slack = 32

/**
 * The planes as they are where no window leaves them, or else a copy that has borders of the byte at `border`
 * (`fallback` where there is none). Windows may read up to 16 strides behind the last plane.
 */
export function lowerPaddedPlanes(
  context: LowerContext,
  x: Place,
  planes: number,
  [height, width]: readonly [ByteAxis, ByteAxis],
  border: { readonly at: Place | undefined; readonly fallback: number },
): BytePlanes {
  const [down, right] = [reach(height), reach(width)]
  const isInside = height.padBegin + width.padBegin === 0 && down <= height.size && right <= width.size
  if (isInside && width.stride <= 3) return { at: x, pitch: width.size, planeBytes: height.size * width.size }
  const pitch = width.padBegin + Math.max(width.size, right - width.padBegin)
  const rows = height.padBegin + Math.max(height.size, down - height.padBegin)
  const planeBytes = Math.ceil((rows * pitch + slack) / 16) * 16
  const at = context.temp('padded planes', planes * planeBytes + 16 * width.stride + 64)
  const perTask = Math.max(1, Math.floor(65536 / planeBytes))
  const lead = height.padBegin * pitch + width.padBegin
  const args = {
    x,
    y: at,
    border: border.at,
    fallback: border.fallback,
    height: height.size,
    width: width.size,
    pitch,
    planeBytes,
    lead,
    gap: pitch - width.size,
    tail: rows * pitch - lead - height.size * pitch + (pitch - width.size),
    planes,
    perTask,
  }
  context.call(padKernel, args, Math.ceil(planes / perTask))
  return { at, pitch, planeBytes }
}

/** Bytes from the start of the first window to the end of the last one. */
const reach = ({ output, stride, kernel, dilation }: ByteAxis) =>
  (output - 1) * stride + (kernel - 1) * dilation + 1

/** For each tap, its distance from the first one in bytes, plane by plane. */
export function tapOffsets(
  [height, width]: readonly [ByteAxis, ByteAxis],
  { pitch, planeBytes }: BytePlanes,
  channels: number,
): number[] {
  const taps = Array.from({ length: elementCount([height.kernel, width.kernel]) }, (_, tap) => {
    const [i, j] = [Math.floor(tap / width.kernel), tap % width.kernel]
    return i * height.dilation * pitch + j * width.dilation
  })
  return Array.from({ length: channels }, (_, c) => taps.map((offset) => c * planeBytes + offset)).flat()
}

const padKernel = defineKernel({
  key: 'padded-planes',
  params,
  emit({ f, arg, task }) {
    const byte = f.let(arg('fallback'))
    const border = f.let(arg('border'))
    f.if(border, () => f.set(byte, load('i32.load8_u', border)))
    const fill = f.let(op('i8x16.splat', byte))
    const plane = f.let(op('i32.mul', task, arg('perTask')))
    const count = f.let(op('i32.sub', arg('planes'), plane))
    f.if(op('i32.gt_s', count, arg('perTask')), () => f.set(count, arg('perTask')))
    const [width, gap] = [f.let(arg('width')), f.let(arg('gap'))]
    const size = op('i32.mul', arg('height'), width)
    const from = f.let(op('i32.add', arg('x'), op('i32.mul', plane, size)))
    const start = f.let(op('i32.add', arg('y'), op('i32.mul', plane, arg('planeBytes'))))
    const to = f.local('i32')
    /** Whole vectors from here on, the last of them beyond the end. */
    const put = (bytes: Operand<'i32'>, value: (offset: Local<'i32'>) => Operand<'v128'>) => {
      const offset = f.let(i32(0))
      f.repeat(op('i32.shr_u', op('i32.add', bytes, i32(15)), i32(4)), () => {
        f.store('v128.store', op('i32.add', to, offset), value(offset))
        f.add(offset, 16)
      })
      f.add(to, bytes)
    }
    f.repeat(count, () => {
      f.set(to, start)
      put(arg('lead'), () => fill)
      f.repeat(arg('height'), (remaining) => {
        put(width, (offset) => load('v128.load', op('i32.add', from, offset)))
        f.add(from, width)
        f.if(op('i32.gt_s', remaining, i32(1)), () => put(gap, () => fill))
      })
      put(arg('tail'), () => fill)
      f.add(start, arg('planeBytes'))
    })
  },
})
