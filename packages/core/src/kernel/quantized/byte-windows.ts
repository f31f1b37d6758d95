/** Kernels that slide a window over planes of bytes, some neighbours at a time; borders are part of the planes. */
import { elementCount } from '../../base/shape.ts'
import { i32, type Local, load, type Operand, op } from '../../wasm/index.ts'
import { defineKernel, type Kernel, type KernelBuilder, type ParamSpec, type Place } from '../kernel.ts'
import type { LowerContext } from '../lower.ts'
import { storeBytes } from './bytes.ts'
import { type ByteAxis, type BytePlanes, tapOffsets } from './padded-image.ts'

const params = {
  x: 'in',
  y: 'out',
  /** Distances of the taps from the first one; an even number of them, the last one repeated. */
  taps: 'in',
  tapCount: 'i32',
  planeBytes: 'i32',
  /** Output planes made of one input plane. */
  multiplier: 'i32',
  down: 'i32',
  outWidth: 'i32',
  outHeight: 'i32',
  /** Rows of all planes, and rows of a task. */
  rows: 'i32',
  perTask: 'i32',
} as const satisfies ParamSpec

type Builder = KernelBuilder<typeof params>

/** The windows of neighbouring output pixels. */
export interface Windows {
  /** Output plane, and row and column in it. */
  readonly plane: Local<'i32'>
  readonly row: Local<'i32'>
  readonly column: Local<'i32'>
  /** Address of the first tap of the first window. */
  readonly at: Local<'i32'>
}

/** What is done with windows. */
export interface WindowWork {
  readonly key: string
  readonly params: ParamSpec
  /** Windows at a time. */
  readonly lanes: 4 | 8 | 16
  /** Emits what all windows share, and gives what emits the results of windows, as bytes from the lowest lane on. */
  emit(k: KernelBuilder): (windows: Windows) => Local<'v128'>
}

export interface WindowProblem {
  readonly work: WindowWork
  readonly args: Readonly<Record<string, number | Place | undefined>>
  readonly y: Place
  readonly axes: readonly [ByteAxis, ByteAxis]
  readonly planes: BytePlanes
  /** Output planes. */
  readonly count: number
  readonly multiplier: number
}

/** Adds the call. */
export function lowerByteWindows(
  context: LowerContext,
  { work, args, y, axes, planes, count, multiplier }: WindowProblem,
): void {
  const [height, width] = axes
  const offsets = tapOffsets(axes, planes, 1)
  const tapCount = elementCount([height.kernel, width.kernel])
  if (tapCount % 2 === 1) offsets.push(offsets.at(-1)!)
  const rows = count * height.output
  const perTask = Math.max(1, Math.ceil(65536 / (width.output * tapCount)))
  const all = {
    x: planes.at,
    y,
    taps: context.table(new Uint8Array(Int32Array.from(offsets).buffer)),
    tapCount,
    planeBytes: planes.planeBytes,
    multiplier,
    down: height.stride * planes.pitch,
    outWidth: width.output,
    outHeight: height.output,
    rows,
    perTask,
    ...args,
  }
  context.call(windowKernel(work, width.stride), all, Math.ceil(rows / perTask))
}

function windowKernel(work: WindowWork, stride: number): Kernel<typeof params> {
  return defineKernel<ParamSpec>({
    key: `byte-windows:${work.key}:${stride}`,
    params: { ...params, ...work.params },
    emit: (k) => emitRows(k as Builder, work, stride), // the work's parameters come on top
  }) as Kernel<typeof params> // as above
}

const plus = (a: Operand<'i32'>, b: Operand<'i32'>) => op('i32.add', a, b)
const times = (a: Operand<'i32'>, b: Operand<'i32'>) => op('i32.mul', a, b)

function emitRows(k: Builder, work: WindowWork, stride: number): void {
  const { f, arg, task } = k
  const compute = work.emit(k as KernelBuilder) // its parameters are among the kernel's
  const [outWidth, outHeight] = [f.let(arg('outWidth')), f.let(arg('outHeight'))]
  const first = f.let(times(task, arg('perTask')))
  const count = f.let(op('i32.sub', arg('rows'), first))
  f.if(op('i32.gt_s', count, arg('perTask')), () => f.set(count, arg('perTask')))
  const to = f.let(plus(arg('y'), times(first, outWidth)))
  const plane = f.let(op('i32.div_u', first, outHeight))
  const row = f.let(op('i32.sub', first, times(plane, outHeight)))
  const [at, column] = [f.local('i32'), f.local('i32')]
  f.repeat(count, () => {
    const source = times(op('i32.div_u', plane, arg('multiplier')), arg('planeBytes'))
    f.set(at, plus(plus(arg('x'), source), times(row, arg('down'))))
    f.for(column, 0, outWidth, work.lanes, () => {
      const bytes = compute({ plane, row, column, at })
      const left = f.let(op('i32.sub', outWidth, column))
      storeBytes(f, plus(to, column), bytes, left, work.lanes)
      f.add(at, work.lanes * stride)
    })
    f.add(to, outWidth)
    f.add(row, 1)
    f.if(op('i32.eq', row, outHeight), () => {
      f.set(row, i32(0))
      f.add(plane, 1)
    })
  })
}

/** Emits the body for every tap of windows; it reads the address of the tap. */
export function eachTap(
  builder: KernelBuilder,
  { at }: Windows,
  body: (address: Local<'i32'>) => void,
): void {
  const { f, arg } = builder as Builder // of a kernel made here
  const tap = f.let(arg('taps'))
  const address = f.local('i32')
  f.repeat(arg('tapCount'), () => {
    f.set(address, plus(at, load('i32.load', tap)))
    body(address)
    f.add(tap, 4)
  })
}

/** The same for taps two by two; the last one comes twice where their number is odd. */
export function eachTapPair(
  builder: KernelBuilder,
  { at }: Windows,
  body: (first: Local<'i32'>, second: Local<'i32'>) => void,
): void {
  const { f, arg } = builder as Builder // of a kernel made here
  const tap = f.let(arg('taps'))
  const [first, second] = [f.local('i32'), f.local('i32')]
  f.repeat(op('i32.shr_u', plus(arg('tapCount'), i32(1)), i32(1)), () => {
    f.set(first, plus(at, load('i32.load', tap)))
    f.set(second, plus(at, load('i32.load', tap, 4)))
    body(first, second)
    f.add(tap, 8)
  })
}
