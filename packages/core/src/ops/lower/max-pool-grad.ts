/** Gradients of maximum pools: each window's maximum is found again, and gets what belongs to the window. */
import { elementCount } from '../../base/shape.ts'
import { defineKernel, type Kernel, type KernelBuilder } from '../../kernel/kernel.ts'
import type { LowerContext, Refusal, TensorRef } from '../../kernel/lower.ts'
import { i32, load, op } from '../../wasm/index.ts'
import { type PoolSpec, poolAxes } from '../shared/pool.ts'
import { isPooledInPairs, lowerPairs } from './max-pool-grad-pairs.ts'
import { emitPlanes, planeParams, planeTasks } from './plane-tasks.ts'
import { emitMaximum, maximaArgs, over, type WindowBuilder, windowParams } from './pool-indices.ts'

/** Lowers MaxPoolGrad. */
export function lowerMaxPoolGradient(
  X: TensorRef,
  dY: TensorRef,
  dX: TensorRef,
  attrs: PoolSpec,
  context: LowerContext,
): Refusal {
  if (X.dtype !== 'float32') return `dtype ${X.dtype}`
  const axes = poolAxes(X.shape, attrs)
  if (axes.length > 3) return 'more than three spatial axes'
  if (elementCount(X.shape) > 2 ** 31) return 'more elements than 32 bits count'
  if (elementCount(X.shape) === 0) return undefined
  if (isPooledInPairs(axes)) return lowerPairs({ X, dY, dX, axes }, context)
  const planes = X.shape[0]! * X.shape[1]!
  const { args, tasks } = planeTasks(
    planes,
    elementCount(axes.flatMap((axis) => [axis.output, axis.kernel])),
    context,
  )
  const windows = maximaArgs(axes, false, context)
  context.call(gradientKernel, { x: X.at, dy: dY.at, dx: dX.at, ...windows, ...args }, tasks)
  return undefined
}

const params = { x: 'in', dy: 'in', dx: 'out', ...windowParams, ...planeParams } as const

const gradientKernel: Kernel<typeof params> = defineKernel({
  key: 'maxPoolGradient',
  params,
  emit(k: KernelBuilder<typeof params>) {
    const { f, arg } = k
    const windows: WindowBuilder = k
    const planeBytes = f.let(op('i32.shl', arg('inputPlane'), i32(2)))
    const outs = f.let(op('i32.mul', op('i32.mul', arg('outDepth'), arg('outHeight')), arg('outWidth')))
    emitPlanes(k, (plane) => {
      const before = f.let(op('i32.mul', plane, planeBytes))
      const [x, dx] = [f.let(op('i32.add', arg('x'), before)), f.let(op('i32.add', arg('dx'), before))]
      const dy = f.let(op('i32.add', arg('dy'), op('i32.shl', op('i32.mul', plane, outs), i32(2))))
      f.fill(dx, i32(0), planeBytes)
      over(windows, 'depths', arg('outDepth'), (depths) =>
        over(windows, 'rows', arg('outHeight'), (rows) =>
          over(windows, 'columns', arg('outWidth'), (columns) => {
            const { place } = emitMaximum(windows, { depths, rows, columns }, x)
            f.if(op('i32.ge_s', place, i32(0)), () => {
              const at = f.let(op('i32.add', dx, op('i32.shl', place, i32(2))))
              f.store('f32.store', at, op('f32.add', load('f32.load', at), load('f32.load', dy)))
            })
            f.add(dy, 4)
          }),
        ),
      )
    })
  },
})
