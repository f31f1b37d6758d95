/** GridSample over two axes: for every position the list of its elements, then their weighted sum in every channel. */
import { elementCount } from '../../base/shape.ts'
import { defineKernel, type Kernel, type KernelBuilder } from '../../kernel/kernel.ts'
import type { LowerContext, Refusal, TensorRef } from '../../kernel/lower.ts'
import { double, product } from '../../kernel/spatial/doubles.ts'
import { f32, i32, type Local, load, type Operand, op } from '../../wasm/index.ts'
import { type GridForm, gridStencil, tapsOf } from './grid-stencil.ts'
import { emitPlanes, planeParams, planeTasks } from './plane-tasks.ts'

const params = {
  x: 'in',
  grid: 'in',
  y: 'out',
  channels: 'i32',
  height: 'i32',
  width: 'i32',
  /** Positions of an image. */
  points: 'i32',
  ...planeParams,
} as const

type Builder = KernelBuilder<typeof params>

/** Lowers GridSample. */
export function lowerGridSample(
  X: TensorRef,
  grid: TensorRef,
  Y: TensorRef,
  form: GridForm,
  context: LowerContext,
): Refusal {
  const other = [X, grid].find(({ dtype }) => dtype !== 'float32')
  if (other) return `dtype ${other.dtype}`
  if (X.shape.length !== 4) return `${X.shape.length - 2} spatial axes`
  if (elementCount(X.shape) === 0) return 'an empty image'
  if (elementCount(Y.shape) === 0) return undefined
  const [images, channels, height, width] = X.shape as readonly [number, number, number, number] // checked above
  const points = elementCount(Y.shape.slice(2))
  const work = channels * tapsOf[form.mode] ** 2
  const { args, tasks } = planeTasks(images * points, 4 * work, context)
  const places = { x: X.at, grid: grid.at, y: Y.at }
  context.call(gridKernel(form), { ...places, channels, height, width, points, ...args }, tasks, 256)
  return undefined
}

const shl2 = (x: Operand<'i32'>) => op('i32.shl', x, i32(2))
const plus = (a: Operand<'i32'>, b: Operand<'i32'>) => op('i32.add', a, b)
const times = (a: Operand<'i32'>, b: Operand<'i32'>) => op('i32.mul', a, b)

function gridKernel(form: GridForm): Kernel<typeof params> {
  return defineKernel({
    key: `grid-sample:${form.mode}:${form.padding}:${form.align}`,
    params,
    emit(k: Builder) {
      const { f, arg } = k
      const [height, width] = [f.let(arg('height')), f.let(arg('width'))]
      const plane = f.let(shl2(times(height, width)))
      const outPlane = f.let(shl2(arg('points')))
      emitPlanes(k, (point) => {
        const at = f.let(plus(arg('grid'), op('i32.shl', point, i32(3))))
        const across = gridStencil(f, form, f.let(double(load('f32.load', at))), width)
        const down = gridStencil(f, form, f.let(double(load('f32.load', at, 4))), height)
        const count = emitList(k, across, down, width)
        const image = f.let(op('i32.div_u', point, arg('points')))
        const within = op('i32.sub', point, times(image, arg('points')))
        const first = f.let(times(image, arg('channels')))
        const from = f.let(plus(arg('x'), times(first, plane)))
        const to = f.let(plus(plus(arg('y'), times(first, outPlane)), shl2(within)))
        f.repeat(arg('channels'), () => {
          f.store('f32.store', to, listSum(k, form, from, count))
          f.add(from, plane)
          f.add(to, outPlane)
        })
      })
    },
  })
}

type Taps = ReturnType<typeof gridStencil>

/** Pairs (offset in the plane, weight) in scratch, and how many there are. */
function emitList({ f, scratch }: Builder, across: Taps, down: Taps, width: Local<'i32'>): Local<'i32'> {
  const count = f.let(i32(0))
  const to = f.let(scratch)
  for (const row of down)
    for (const column of across)
      f.if(op('i32.ge_s', op('i32.or', row.index, column.index), i32(0)), () => {
        f.store('i32.store', to, shl2(plus(times(row.index, width), column.index)))
        f.store('f32.store', to, op('f32.demote_f64', product(row.weight, column.weight)), 4)
        f.add(to, 8)
        f.add(count, 1)
      })
  return count
}

function listSum(
  { f, scratch }: Builder,
  { mode }: GridForm,
  from: Local<'i32'>,
  count: Local<'i32'>,
): Local<'f32'> {
  const sum = f.let(f32(0))
  const at = f.let(scratch)
  f.repeat(count, () => {
    const value = load('f32.load', plus(from, load('i32.load', at)))
    if (mode === 'nearest') f.set(sum, value)
    else f.set(sum, op('f32.add', sum, op('f32.mul', value, load('f32.load', at, 4))))
    f.add(at, 8)
  })
  return sum
}
