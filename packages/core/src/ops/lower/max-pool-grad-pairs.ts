/** Gradients of maximum pools with windows of 2×2 that do not overlap: four windows at a time, nothing is added up. */

import { storeFirst } from '../../kernel/gemm/tile-store.ts'
import { defineKernel, type Kernel, type KernelBuilder } from '../../kernel/kernel.ts'
import type { LowerContext, TensorRef } from '../../kernel/lower.ts'
import { type FunctionBuilder, i32, type Local, load, type Operand, op, shuffle32 } from '../../wasm/index.ts'
import type { WindowAxis } from '../shared/window.ts'
import { planeAxes } from './plane-axes.ts'
import { emitPlanes, planeParams, planeTasks } from './plane-tasks.ts'

const params = {
  x: 'in',
  dy: 'in',
  dx: 'out',
  height: 'i32',
  width: 'i32',
  outHeight: 'i32',
  outWidth: 'i32',
  ...planeParams,
} as const

type Builder = KernelBuilder<typeof params>

const isPair = ({ size, kernel, stride, dilation, padBegin, output }: WindowAxis) =>
  kernel === 2 && stride === 2 && dilation === 1 && padBegin === 0 && 2 * output <= size

/** True for windows that this file is for. */
export function isPooledInPairs(axes: readonly WindowAxis[]): boolean {
  return axes.length === 2 && axes.every(isPair)
}

interface Problem {
  readonly X: TensorRef
  readonly dY: TensorRef
  readonly dX: TensorRef
  readonly axes: readonly WindowAxis[]
}

/** Adds the call. */
export function lowerPairs({ X, dY, dX, axes }: Problem, context: LowerContext): undefined {
  const [height, width] = planeAxes(axes)!
  const { args, tasks } = planeTasks(X.shape[0]! * X.shape[1]!, height.size * width.size, context)
  const sizes = {
    height: height.size,
    width: width.size,
    outHeight: height.output,
    outWidth: width.output,
  }
  context.call(pairsKernel, { x: X.at, dy: dY.at, dx: dX.at, ...sizes, ...args }, tasks)
}

const plus = (a: Operand<'i32'>, b: Operand<'i32'>) => op('i32.add', a, b)
const bytes = (count: Operand<'i32'>) => op('i32.shl', count, i32(2))

const pairsKernel: Kernel<typeof params> = defineKernel({
  key: 'maxPoolGradientPairs',
  params,
  emit(k: Builder) {
    const { f, arg } = k
    const rowBytes = f.let(bytes(arg('width')))
    const planeBytes = f.let(op('i32.mul', rowBytes, arg('height')))
    const outBytes = f.let(bytes(arg('outWidth')))
    const isCovered = op(
      'i32.and',
      op('i32.eq', op('i32.shl', arg('outWidth'), i32(1)), arg('width')),
      op('i32.eq', op('i32.shl', arg('outHeight'), i32(1)), arg('height')),
    )
    const isPartial = f.let(op('i32.eqz', isCovered))
    emitPlanes(k, (plane) => {
      const before = f.let(op('i32.mul', plane, planeBytes))
      const [x, dx] = [f.let(plus(arg('x'), before)), f.let(plus(arg('dx'), before))]
      const dy = f.let(plus(arg('dy'), op('i32.mul', plane, op('i32.mul', outBytes, arg('outHeight')))))
      f.if(isPartial, () => f.fill(dx, i32(0), planeBytes))
      f.repeat(arg('outHeight'), () => {
        emitRow(f, { x, dx, dy, rowBytes, width: f.let(arg('outWidth')) })
        f.add(dy, outBytes)
        for (const at of [x, dx]) f.add(at, op('i32.shl', rowBytes, i32(1)))
      })
    })
  },
})

interface Row {
  readonly x: Local<'i32'>
  readonly dx: Local<'i32'>
  readonly dy: Local<'i32'>
  readonly rowBytes: Local<'i32'>
  /** Windows. */
  readonly width: Local<'i32'>
}

function emitRow(f: FunctionBuilder, { x, dx, dy, rowBytes, width }: Row): void {
  const [top, bottom] = [f.let(x), f.let(plus(x, rowBytes))]
  const [up, down] = [f.let(dx), f.let(plus(dx, rowBytes))]
  const gradient = f.let(dy)
  const four = (store: (at: Local<'i32'>, values: readonly Local<'v128'>[]) => void) => {
    const [a, b, c, d] = windowGradients(f, top, bottom, gradient)
    store(up, interleaved(f, a, b))
    store(down, interleaved(f, c, d))
  }
  f.repeat(op('i32.shr_u', width, i32(2)), () => {
    four((at, values) => values.forEach((value, i) => f.store('v128.store', at, value, 16 * i)))
    for (const at of [top, bottom, up, down]) f.add(at, 32)
    f.add(gradient, 16)
  })
  const rest = f.let(op('i32.shl', op('i32.and', width, i32(3)), i32(1)))
  f.if(rest, () =>
    four((at, [low, high]) => {
      storeFirst(f, at, low!, rest)
      const behind = f.let(op('i32.sub', rest, i32(4)))
      f.if(op('i32.gt_s', behind, i32(0)), () => storeFirst(f, at, high!, behind, 16))
    }),
  )
}

type Vector = Local<'v128'>

/** What the four elements of four windows get: the maximum all, the others nothing. */
function windowGradients(
  f: FunctionBuilder,
  top: Local<'i32'>,
  bottom: Local<'i32'>,
  gradient: Local<'i32'>,
): readonly [Vector, Vector, Vector, Vector] {
  const columns = (row: Local<'i32'>): readonly [Vector, Vector] => {
    const [low, high] = [f.let(load('v128.load', row)), f.let(load('v128.load', row, 16))]
    return [f.let(shuffle32(low, high, [0, 2, 4, 6])), f.let(shuffle32(low, high, [1, 3, 5, 7]))]
  }
  const [[a, b], [c, d]] = [columns(top), columns(bottom)]
  const best = f.let(a)
  /** Where a value is greater than those before it, or the first NaN. */
  const wins = (value: Vector) => {
    const isFirstNaN = op('v128.and', op('f32x4.ne', value, value), op('f32x4.eq', best, best))
    const isBest = f.let(op('v128.or', op('f32x4.gt', value, best), isFirstNaN))
    f.set(best, op('v128.bitselect', value, best, isBest))
    return isBest
  }
  const [isB, isC, isD] = [wins(b), wins(c), wins(d)]
  const left = f.let(load('v128.load', gradient))
  const take = (isBest: Vector) => {
    const taken = f.let(op('v128.and', left, isBest))
    f.set(left, op('v128.andnot', left, isBest))
    return taken
  }
  // The last one that was better than all before it is the maximum.
  const [ofD, ofC, ofB] = [take(isD), take(isC), take(isB)]
  return [left, ofB, ofC, ofD]
}

/** a0 b0 a1 b1, and so on. */
function interleaved(f: FunctionBuilder, a: Local<'v128'>, b: Local<'v128'>): readonly Local<'v128'>[] {
  return [
    [0, 4, 1, 5],
    [2, 6, 3, 7],
  ].map((lanes) => f.let(shuffle32(a, b, lanes)))
}
