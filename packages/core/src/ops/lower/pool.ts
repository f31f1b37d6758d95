/** Pools over one or two axes: rows of vectors over padded strips, every tap at a fixed offset. */
import { elementCount } from '../../base/shape.ts'
import { defineKernel, type Kernel, type KernelBuilder } from '../../kernel/kernel.ts'
import type { BoundEpilogue, LowerContext, Refusal, TensorRef } from '../../kernel/lower.ts'
import { phasesOf } from '../../kernel/spatial/padded-rows.ts'
import { forVectors } from '../../kernel/spatial/row-vectors.ts'
import { f32x4, i32, type Local, load, type Operand, op } from '../../wasm/index.ts'
import { type PoolSpec, poolAxes } from '../shared/pool.ts'
import type { WindowAxis } from '../shared/window.ts'
import { emitEpilogueRow } from './epilogue-row.ts'
import { planeAxes, planeEpilogue } from './plane-axes.ts'
import type { Pooling } from './poolings.ts'
import { emitStrips, stripArgs, stripParams } from './strip-loop.ts'
import { type Strips, stripsOf, tapOffsets } from './strips.ts'

const params = {
  x: 'in',
  y: 'out',
  taps: 'in',
  tapCount: 'i32',
  /** Elements that are counted in each window, by row and by column. */
  rowCounts: 'in',
  columnCounts: 'in',
  channels: 'i32',
  inputPlane: 'i32',
  ...stripParams,
} as const

type Builder = KernelBuilder<typeof params>

/** Lowers a pool; `countsPadding` says whether padding counts as elements of a window. */
export function lowerPool(
  pooling: Pooling,
  X: TensorRef,
  Y: TensorRef,
  attrs: PoolSpec,
  context: LowerContext,
  countsPadding = false,
): Refusal {
  if (X.dtype !== 'float32') return `dtype ${X.dtype}`
  const axes = planeAxes(poolAxes(X.shape, attrs))
  if (!axes) return 'more than two spatial axes'
  const [height, width] = axes
  // A window may be as large as its padding, which costs a model nothing.
  if (height.kernel * width.kernel > 1 << 16) return 'a window of more than 65536 elements'
  const epilogue = planeEpilogue(context, Y.shape, axes)
  if (!epilogue) return 'an epilogue that does not lie along the output'
  if (elementCount(Y.shape) === 0) return undefined
  const planes = X.shape[0]! * X.shape[1]!
  const strips = stripsOf(planes, axes, context.threads)
  context.call(
    poolKernel(pooling, width.stride, epilogue),
    {
      x: X.at,
      y: Y.at,
      ...poolTables(pooling, axes, strips, context, countsPadding),
      channels: X.shape[1]!,
      inputPlane: height.size * width.size,
      ...stripArgs(planes, axes, strips),
      ...epilogue.args,
    },
    strips.tasks,
    strips.scratchBytes,
  )
  return undefined
}

function poolTables(
  pooling: Pooling,
  axes: readonly [WindowAxis, WindowAxis],
  strips: Strips,
  context: LowerContext,
  countsPadding: boolean,
) {
  const offsets = tapOffsets(axes, strips)
  const table = (list: Int32Array | Float32Array) => context.table(new Uint8Array(list.buffer))
  const counts = (axis: WindowAxis) =>
    pooling.isMean ? table(Float32Array.from(countsOf(axis, countsPadding))) : undefined
  return {
    taps: table(offsets),
    tapCount: offsets.length,
    rowCounts: counts(axes[0]),
    columnCounts: counts(axes[1]),
  }
}

/** How many positions of each window lie in the axis, or in it and its padding. */
export function countsOf(axis: WindowAxis, countsPadding: boolean): number[] {
  const { output, stride, kernel, dilation, padBegin, padEnd, size } = axis
  const [low, high] = countsPadding ? [-padBegin, size + padEnd] : [0, size]
  return Array.from({ length: output }, (_, i) => {
    const start = i * stride - padBegin
    const first = Math.max(0, Math.ceil((low - start) / dilation))
    const end = Math.min(kernel, Math.ceil((high - start) / dilation))
    return Math.max(0, end - first)
  })
}

function poolKernel(pooling: Pooling, step: number, epilogue: BoundEpilogue): Kernel<typeof params> {
  const phases = phasesOf(step)
  return defineKernel({
    key: `pool:${pooling.name}:${phases}:${epilogue.key}`,
    params: { ...params, ...epilogue.params },
    emit(k: Builder) {
      const { f, arg, scratch } = k
      const source = (plane: Local<'i32'>) =>
        op('i32.add', arg('x'), op('i32.shl', op('i32.mul', plane, arg('inputPlane')), i32(2)))
      emitStrips(k, pooling.padding, phases, source, ({ plane, first, end }) => {
        const batch = f.let(op('i32.div_u', plane, arg('channels')))
        const map = f.let(op('i32.sub', plane, op('i32.mul', batch, arg('channels'))))
        const width = f.let(arg('outWidth'))
        const rows = op('i32.add', op('i32.mul', plane, arg('outHeight')), first)
        const out = f.let(op('i32.add', arg('y'), op('i32.shl', op('i32.mul', rows, width), i32(2))))
        const row = f.let(scratch)
        const step = f.let(op('i32.mul', arg('rowBytes'), arg('rowStride')))
        const y = f.local('i32')
        f.for(y, first, end, 1, () => {
          emitRow(k, pooling, { row, out, width, y })
          emitEpilogueRow(k, epilogue, { batch, map, width, out }, y)
          f.add(row, step)
          f.add(out, op('i32.shl', width, i32(2)))
        })
      })
    },
  })
}

interface Row {
  readonly row: Local<'i32'>
  readonly out: Local<'i32'>
  readonly width: Local<'i32'>
  readonly y: Local<'i32'>
}

/** Sixteen neighbours at a time, then four. */
function emitRow(k: Builder, pooling: Pooling, { row, out, width, y }: Row): void {
  const { f, arg } = k
  const [from, to, counts] = [f.let(row), f.let(out), f.let(arg('columnCounts'))]
  const rowCount = pooling.isMean
    ? f.let(load('v128.load32_splat', op('i32.add', arg('rowCounts'), op('i32.shl', y, i32(2)))))
    : undefined
  const finished = (sum: Operand<'v128'>, at: Operand<'i32'>, offset: number) =>
    rowCount
      ? op(
          'f32x4.div',
          sum,
          op('f32x4.max', op('f32x4.mul', rowCount, load('v128.load', at, offset)), f32x4(1)),
        )
      : sum
  f.repeat(op('i32.shr_u', width, i32(4)), () => {
    const sums = overTaps(k, pooling, from, 4)
    sums.forEach((sum, i) => f.store('v128.store', to, finished(sum, counts, 16 * i), 16 * i))
    for (const pointer of [from, to, counts]) f.add(pointer, 64)
  })
  const rest = f.let(op('i32.and', width, i32(15)))
  forVectors(f, rest, (x, store) => {
    const [sum] = overTaps(k, pooling, f.let(op('i32.add', from, x)), 1)
    store(op('i32.add', to, x), finished(sum!, f.let(op('i32.add', counts, x)), 0))
  })
}

function overTaps(
  { f, arg }: Builder,
  pooling: Pooling,
  from: Local<'i32'>,
  count: number,
): Operand<'v128'>[] {
  const states = Array.from({ length: count }, () => pooling.start(f))
  const tap = f.let(arg('taps'))
  f.repeat(arg('tapCount'), () => {
    const at = f.let(op('i32.add', from, load('i32.load', tap)))
    states.forEach((state, i) => pooling.add(f, state, load('v128.load', at, 16 * i)))
    f.add(tap, 4)
  })
  return states.map((state) => pooling.result(state))
}
