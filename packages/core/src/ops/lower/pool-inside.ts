/**
 * Pools of small windows that all lie in the plane: rows are read where they are, pooled down the columns first, then
 * along the row, where shuffles bring together what lies a step apart.
 */
import { defineKernel, type Kernel, type KernelBuilder } from '../../kernel/kernel.ts'
import type { BoundEpilogue, LowerContext, TensorRef } from '../../kernel/lower.ts'
import { forVectors } from '../../kernel/spatial/row-vectors.ts'
import { type FunctionBuilder, f32x4, i32, type Local, load, op, shuffle32 } from '../../wasm/index.ts'
import type { WindowAxis } from '../shared/window.ts'
import { emitEpilogueRow } from './epilogue-row.ts'
import { emitPlanes, planeParams, planeTasks } from './plane-tasks.ts'
import type { Pooling } from './poolings.ts'

const params = {
  x: 'in',
  y: 'out',
  channels: 'i32',
  planeBytes: 'i32',
  rowBytes: 'i32',
  rowStride: 'i32',
  outHeight: 'i32',
  outWidth: 'i32',
  ...planeParams,
} as const

type Builder = KernelBuilder<typeof params>

/** A window as the code knows it: rows, columns, and columns from window to window. */
interface Window {
  readonly rows: number
  readonly columns: number
  readonly step: number
}

/** Larger windows take more loads at once than there are registers. */
const mostTaps = 3

const liesInside = ({ size, kernel, stride, dilation, padBegin, output }: WindowAxis) =>
  padBegin === 0 && dilation === 1 && kernel <= mostTaps && (output - 1) * stride + kernel <= size

/** True for windows that this file is for. */
export function isPoolInside([height, width]: readonly [WindowAxis, WindowAxis]): boolean {
  return liesInside(height) && liesInside(width) && width.stride <= mostTaps
}

/** Adds the call that pools all planes. */
export function lowerPoolInside(
  pooling: Pooling,
  X: TensorRef,
  Y: TensorRef,
  [height, width]: readonly [WindowAxis, WindowAxis],
  epilogue: BoundEpilogue,
  context: LowerContext,
): void {
  const planes = X.shape[0]! * X.shape[1]!
  const { args, tasks } = planeTasks(planes, height.size * width.size, context)
  context.call(
    poolInsideKernel(pooling, { rows: height.kernel, columns: width.kernel, step: width.stride }, epilogue),
    {
      x: X.at,
      y: Y.at,
      channels: X.shape[1]!,
      planeBytes: 4 * height.size * width.size,
      rowBytes: 4 * width.size,
      rowStride: height.stride,
      outHeight: height.output,
      outWidth: width.output,
      ...args,
      ...epilogue.args,
    },
    tasks,
  )
}

function poolInsideKernel(pooling: Pooling, window: Window, epilogue: BoundEpilogue): Kernel<typeof params> {
  const { rows, columns, step } = window
  return defineKernel({
    key: `poolInside:${pooling.name}:${rows}x${columns}:${step}:${epilogue.key}`,
    params: { ...params, ...epilogue.params },
    emit(k: Builder) {
      const { f, arg } = k
      const [width, rowBytes] = [f.let(arg('outWidth')), f.let(arg('rowBytes'))]
      const rowStep = f.let(op('i32.mul', rowBytes, arg('rowStride')))
      emitPlanes(k, (plane) => {
        const batch = f.let(op('i32.div_u', plane, arg('channels')))
        const map = f.let(op('i32.sub', plane, op('i32.mul', batch, arg('channels'))))
        const row = f.let(op('i32.add', arg('x'), op('i32.mul', plane, arg('planeBytes'))))
        const before = op('i32.mul', op('i32.mul', plane, arg('outHeight')), width)
        const out = f.let(op('i32.add', arg('y'), op('i32.shl', before, i32(2))))
        const y = f.local('i32')
        f.for(y, 0, arg('outHeight'), 1, () => {
          emitPoolRow(f, pooling, window, { row, rowBytes, width, out })
          emitEpilogueRow(k, epilogue, { batch, map, width, out }, y)
          f.add(row, rowStep)
          f.add(out, op('i32.shl', width, i32(2)))
        })
      })
    },
  })
}

interface Row {
  readonly row: Local<'i32'>
  readonly rowBytes: Local<'i32'>
  readonly width: Local<'i32'>
  readonly out: Local<'i32'>
}

function emitPoolRow(
  f: FunctionBuilder,
  pooling: Pooling,
  { rows, columns, step }: Window,
  { row, rowBytes, width, out }: Row,
): void {
  const at = [f.let(row)]
  while (at.length < rows) at.push(f.let(op('i32.add', at.at(-1)!, rowBytes)))
  /** Four columns, pooled down. */
  const down = (vector: number) => {
    const state = pooling.start(f)
    for (const address of at) pooling.add(f, state, load('v128.load', address, 16 * vector))
    return f.let(pooling.value(state))
  }
  // Windows that reach into the next four results' columns find what was pooled there in the turn after this one.
  const isShared = columns > step
  const kept = isShared ? down(0) : undefined
  forVectors(f, width, (x, store) => {
    const first = kept ?? down(0)
    const vectors = [first]
    while (4 * vectors.length < 3 * step + columns) vectors.push(down(vectors.length))
    const state = pooling.start(f)
    for (let tap = 0; tap < columns; tap++)
      pooling.merge(
        f,
        state,
        picked(
          f,
          vectors,
          [0, 1, 2, 3].map((i) => i * step + tap),
        ),
      )
    const value = f.let(pooling.finish(pooling.value(state)))
    if (pooling.isMean) f.set(value, op('f32x4.div', value, f32x4(rows * columns)))
    store(op('i32.add', out, x), value)
    if (kept) f.set(kept, vectors.at(-1)!)
    for (const address of at) f.add(address, 16 * step)
  })
}

/** The elements of numbers `indices`, counted over all vectors. */
function picked(
  f: FunctionBuilder,
  vectors: readonly Local<'v128'>[],
  indices: readonly number[],
): Local<'v128'> {
  const lane = (index: number) => index % 4
  const of = (index: number) => Math.floor(index / 4)
  const last = of(indices.at(-1)!)
  const first = of(indices[0]!)
  const second = Math.min(last, first + 1)
  const lanes = indices.map((index) => (of(index) === first ? lane(index) : 4 + lane(index)))
  if (last === first && lanes.every((one, i) => one === i)) return vectors[first]!
  const two = f.let(shuffle32(vectors[first]!, vectors[second]!, lanes))
  if (last === second) return two
  return f.let(
    shuffle32(
      two,
      vectors[last]!,
      indices.map((index, i) => (of(index) === last ? 4 + lane(index) : i)),
    ),
  )
}
