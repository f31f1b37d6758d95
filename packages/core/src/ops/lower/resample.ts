/** Weighted sums along axes: linear and cubic resizing, one axis after the other. */
import { elementCount } from '../../base/shape.ts'
import { defineKernel, type KernelBuilder, type Place } from '../../kernel/kernel.ts'
import type { LowerContext } from '../../kernel/lower.ts'
import { multiplyAdd } from '../../kernel/spatial/multiply-add.ts'
import { forVectors } from '../../kernel/spatial/row-vectors.ts'
import { type Target, targetKey } from '../../kernel/target.ts'
import { f32x4, i32, type Local, load, loadLane, type Operand, op } from '../../wasm/index.ts'
import type { Stencil } from '../shared/resize/resample.ts'
import { emitPlanes, planeParams, planeTasks } from './plane-tasks.ts'

/** What replaces an axis: a stencil for each of its new positions. */
export interface Resampling {
  readonly axis: number
  readonly stencils: readonly Stencil[]
}

/** Computes `y` of the resampled shape from `x`; at least one axis is resampled. */
export function lowerResampling(
  x: Place,
  y: Place,
  shape: readonly number[],
  resamplings: readonly Resampling[],
  context: LowerContext,
): void {
  const sizes = [...shape]
  let from = x
  resamplings.forEach(({ axis, stencils }, i) => {
    const size = sizes[axis]!
    sizes[axis] = stencils.length
    const to = i === resamplings.length - 1 ? y : context.temp('resampled', 4 * elementCount(sizes))
    const outer = elementCount(sizes.slice(0, axis))
    const inner = elementCount(sizes.slice(axis + 1))
    if (inner === 1) callRows(from, to, outer, size, stencils, context)
    else callPlanes(from, to, outer, size, inner, stencils, context)
    from = to
  })
}

const table = (list: Int32Array | Float32Array, context: LowerContext) =>
  context.table(new Uint8Array(list.buffer))

const planesParams = {
  x: 'in',
  y: 'out',
  /** Triples (first tap, taps) into the lists below for each position; the lists: positions of the axis, and weights. */
  spans: 'in',
  indices: 'in',
  weights: 'in',
  size: 'i32',
  output: 'i32',
  inner: 'i32',
  ...planeParams,
} as const

/** Neighbours along the axes behind are vectors. */
function callPlanes(
  x: Place,
  y: Place,
  outer: number,
  size: number,
  inner: number,
  stencils: readonly Stencil[],
  context: LowerContext,
): void {
  const taps = stencils.flatMap(({ indices }) => indices)
  let first = 0
  const spans = stencils.flatMap(({ indices }) => {
    const span = [first, indices.length]
    first += indices.length
    return span
  })
  const { args, tasks } = planeTasks(outer * stencils.length, 2 * inner, context)
  context.call(
    planesKernel(context.target),
    {
      x,
      y,
      spans: table(Int32Array.from(spans), context),
      indices: table(Int32Array.from(taps), context),
      weights: table(Float32Array.from(stencils.flatMap(({ weights }) => weights)), context),
      size,
      output: stencils.length,
      inner,
      ...args,
    },
    tasks,
  )
}

const shl2 = (value: Operand<'i32'>) => op('i32.shl', value, i32(2))
const plus = (a: Operand<'i32'>, b: Operand<'i32'>) => op('i32.add', a, b)

function planesKernel(target: Target) {
  return defineKernel({
    key: `resample-planes:${targetKey(target)}`,
    params: planesParams,
    emit(k: KernelBuilder<typeof planesParams>) {
      const { f, arg } = k
      const bytes = f.let(shl2(arg('inner')))
      emitPlanes(k, (plane) => {
        const block = f.let(op('i32.div_u', plane, arg('output')))
        const position = f.let(op('i32.sub', plane, op('i32.mul', block, arg('output'))))
        const from = f.let(plus(arg('x'), op('i32.mul', op('i32.mul', block, arg('size')), bytes)))
        const to = f.let(plus(arg('y'), op('i32.mul', plane, bytes)))
        const span = f.let(plus(arg('spans'), op('i32.shl', position, i32(3))))
        const first = f.let(shl2(load('i32.load', span)))
        forVectors(f, arg('inner'), (x, store) => {
          const sum = f.let(f32x4(0))
          const start = f.let(plus(from, x))
          const [index, weight] = [f.let(plus(arg('indices'), first)), f.let(plus(arg('weights'), first))]
          f.repeat(load('i32.load', span, 4), () => {
            const row = plus(start, op('i32.mul', load('i32.load', index), bytes))
            const w = load('v128.load32_splat', weight)
            f.set(sum, multiplyAdd(target, w, load('v128.load', row), sum))
            for (const pointer of [index, weight]) f.add(pointer, 4)
          })
          store(plus(to, x), sum)
        })
      })
    },
  })
}

const rowsParams = {
  x: 'in',
  y: 'out',
  /** Four by four: positions of the first taps of four neighbours, of their second taps, …; weights alike. */
  indices: 'in',
  weights: 'in',
  taps: 'i32',
  size: 'i32',
  output: 'i32',
  ...planeParams,
} as const

/** The axis is the last one: four neighbours gather their taps. A row is kept in scratch with a 0 behind it. */
function callRows(
  x: Place,
  y: Place,
  rows: number,
  size: number,
  stencils: readonly Stencil[],
  context: LowerContext,
): void {
  const taps = Math.max(1, ...stencils.map(({ indices }) => indices.length))
  const vectors = Math.ceil(stencils.length / 4)
  // Stencils with fewer taps read the 0, so that what is not finite does not spread.
  const indices = new Int32Array(4 * vectors * taps).fill(4 * size)
  const weights = new Float32Array(4 * vectors * taps)
  stencils.forEach((stencil, i) => {
    stencil.indices.forEach((index, tap) => {
      const at = 4 * (Math.floor(i / 4) * taps + tap) + (i % 4)
      indices[at] = 4 * index
      weights[at] = stencil.weights[tap]!
    })
  })
  const { args, tasks } = planeTasks(rows, 4 * stencils.length, context)
  context.call(
    rowsKernel(context.target),
    {
      x,
      y,
      indices: table(indices, context),
      weights: table(weights, context),
      taps,
      size,
      output: stencils.length,
      ...args,
    },
    tasks,
    4 * size + 64,
  )
}

function rowsKernel(target: Target) {
  return defineKernel({
    key: `resample-rows:${targetKey(target)}`,
    params: rowsParams,
    emit(k: KernelBuilder<typeof rowsParams>) {
      const { f, arg, scratch } = k
      const bytes = f.let(shl2(arg('size')))
      const outBytes = f.let(shl2(arg('output')))
      const tapBytes = f.let(shl2(arg('taps')))
      emitPlanes(k, (row) => {
        const [from, to] = [f.let(plus(arg('x'), op('i32.mul', row, bytes))), f.let(scratch)]
        f.repeat(op('i32.shr_u', plus(bytes, i32(15)), i32(4)), () => {
          f.store('v128.store', to, load('v128.load', from))
          for (const pointer of [from, to]) f.add(pointer, 16)
        })
        f.store('i32.store', plus(scratch, bytes), i32(0))
        const out = f.let(plus(arg('y'), op('i32.mul', row, outBytes)))
        forVectors(f, arg('output'), (x, store) => {
          const offset = f.let(op('i32.mul', x, op('i32.shr_u', tapBytes, i32(2))))
          const [index, weight] = [f.let(plus(arg('indices'), offset)), f.let(plus(arg('weights'), offset))]
          const sum = f.let(f32x4(0))
          f.repeat(arg('taps'), () => {
            f.set(sum, multiplyAdd(target, load('v128.load', weight), gathered(scratch, index), sum))
            for (const pointer of [index, weight]) f.add(pointer, 16)
          })
          store(plus(out, x), sum)
        })
      })
    },
  })
}

/** Four floats at `base` plus the four offsets at `index`. */
function gathered(base: Local<'i32'>, index: Local<'i32'>): Operand<'v128'> {
  const at = (lane: number) => plus(base, load('i32.load', index, 4 * lane))
  let vector = load('v128.load32_zero', at(0))
  for (let lane = 1; lane < 4; lane++) vector = loadLane('v128.load32_lane', at(lane), vector, lane)
  return vector
}
