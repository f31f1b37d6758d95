/** Division by the 1-norm or 2-norm along an axis: by rows where it is the last one, else for neighbours at a time. */
import { elementCount, normalizeAxis } from '../../base/shape.ts'
import { defineKernel, type Kernel, type KernelBuilder } from '../../kernel/kernel.ts'
import type { LowerContext, Refusal, TensorRef } from '../../kernel/lower.ts'
import { sumInDoubles } from '../../kernel/spatial/double-sums.ts'
import { forVectors } from '../../kernel/spatial/row-vectors.ts'
import { f32x4, i32, type Local, load, type Operand, op } from '../../wasm/index.ts'
import { emitPlanes, planeParams, planeTasks } from './plane-tasks.ts'

const params = { x: 'in', y: 'out', count: 'i32', inner: 'i32', ...planeParams } as const

type Builder = KernelBuilder<typeof params>

/** Lowers LpNormalization. */
export function lowerLpNormalization(
  x: TensorRef,
  y: TensorRef,
  { axis: given, p }: { readonly axis: number; readonly p: number },
  context: LowerContext,
): Refusal {
  if (x.dtype !== 'float32') return `dtype ${x.dtype}`
  if (elementCount(x.shape) === 0) return undefined
  const axis = normalizeAxis(given, x.shape.length)
  const [count, inner] = [x.shape[axis]!, elementCount(x.shape.slice(axis + 1))]
  const { args, tasks } = planeTasks(elementCount(x.shape.slice(0, axis)), 2 * count * inner, context)
  context.call(kernelOf(p === 1 ? 1 : 2, inner === 1), { x: x.at, y: y.at, count, inner, ...args }, tasks)
  return undefined
}

function kernelOf(p: 1 | 2, isLast: boolean): Kernel<typeof params> {
  return defineKernel({
    key: `lp-normalization:${p}:${isLast ? 'row' : 'columns'}`,
    params,
    inplace: [['x', 'y']],
    emit: (k: Builder) => emitPlanes(k, (plane) => (isLast ? emitRow : emitColumns)(k, p, plane)),
  })
}

/** value / norm, or 0 where the norm is. */
function divided(value: Operand<'v128'>, norm: Local<'v128'>): Operand<'v128'> {
  return op('v128.andnot', op('f32x4.div', value, norm), op('f32x4.eq', norm, f32x4(0)))
}

function emitRow({ f, arg }: Builder, p: 1 | 2, row: Local<'i32'>): void {
  const count = f.let(arg('count'))
  const start = op('i32.shl', op('i32.mul', row, count), i32(2))
  const [from, to] = [f.let(op('i32.add', arg('x'), start)), f.let(op('i32.add', arg('y'), start))]
  const sum = sumInDoubles(f, from, count, (x) => {
    const value = f.let(x)
    return p === 1 ? op('f64x2.abs', value) : op('f64x2.mul', value, value)
  })
  const norm = f.let(op('f32x4.splat', op('f32.demote_f64', p === 1 ? sum : op('f64.sqrt', sum))))
  forVectors(f, count, (x, store) =>
    store(op('i32.add', to, x), divided(load('v128.load', op('i32.add', from, x)), norm)),
  )
}

function emitColumns({ f, arg }: Builder, p: 1 | 2, plane: Local<'i32'>): void {
  const stride = f.let(op('i32.shl', arg('inner'), i32(2)))
  const start = f.let(op('i32.mul', op('i32.mul', plane, arg('count')), stride))
  forVectors(f, f.let(arg('inner')), (x, store) => {
    const at = f.let(op('i32.add', op('i32.add', arg('x'), start), x))
    const to = f.let(op('i32.add', op('i32.add', arg('y'), start), x))
    const from = f.let(at)
    const sum = f.let(f32x4(0))
    f.repeat(arg('count'), () => {
      const value = f.let(load('v128.load', at))
      f.set(sum, op('f32x4.add', sum, p === 1 ? op('f32x4.abs', value) : op('f32x4.mul', value, value)))
      f.add(at, stride)
    })
    if (p === 2) f.set(sum, op('f32x4.sqrt', sum))
    f.repeat(arg('count'), () => {
      store(to, divided(load('v128.load', from), sum))
      f.add(from, stride)
      f.add(to, stride)
    })
  })
}
