/** DynamicQuantizeLinear: the range of a tensor, scale and zero point from it, and the tensor in their units. */
import { elementCount } from '../../base/shape.ts'
import { lowerElementwise } from '../../kernel/elementwise.ts'
import { input } from '../../kernel/formula.ts'
import { defineKernel } from '../../kernel/kernel.ts'
import type { LowerContext, Refusal, TensorRef } from '../../kernel/lower.ts'
import { f32, f32x4, i32, type Local, load, op, select } from '../../wasm/index.ts'
import { quantizeFormula } from './linear-quantization.ts'

export interface DynamicQuantization {
  readonly x: TensorRef
  readonly y: TensorRef
  readonly scale: TensorRef
  readonly zero: TensorRef
}

/** Elements of a task, some tens of microseconds. */
const chunkElements = 1 << 16
/** Four least and four largest numbers, and a mask of where a NaN was met. */
const recordBytes = 48

/** Lowers the quantization of float32 numbers to uint8. */
export function lowerDynamicQuantize(
  { x, y, scale, zero }: DynamicQuantization,
  context: LowerContext,
): Refusal {
  if (x.dtype !== 'float32') return `dtype ${x.dtype}`
  const count = elementCount(x.shape)
  const tasks = Math.max(1, Math.ceil(count / chunkElements))
  const chunk = Math.ceil(count / tasks / 4) * 4
  const ranges = context.temp('ranges', tasks * recordBytes)
  context.call(rangeKernel, { x: x.at, to: ranges, count, chunk }, tasks)
  context.call(scaleKernel, { from: ranges, count: tasks, scale: scale.at, zero: zero.at }, 1)
  const parameters = { scale: input(1, 'float32'), zero: input(2, 'uint8') }
  const formula = quantizeFormula(input(0, 'float32'), parameters, 'uint8')!
  const one = (ref: TensorRef) => ({ ...ref, shape: [] })
  return lowerElementwise(context, formula, [x, one(scale), one(zero)], y)
}

const rangeKernel = defineKernel({
  key: 'range-of-floats',
  params: { x: 'in', to: 'out', count: 'i32', chunk: 'i32' },
  emit({ f, arg, task }) {
    const start = f.let(op('i32.mul', task, arg('chunk')))
    const count = f.let(op('i32.sub', arg('count'), start))
    f.if(op('i32.gt_s', count, arg('chunk')), () => f.set(count, arg('chunk')))
    const at = f.let(op('i32.add', arg('x'), op('i32.shl', start, i32(2))))
    const [low, high, nan] = [f.let(f32x4(0)), f.let(f32x4(0)), f.let(f32x4(0))]
    const take = (x: Local<'v128'>) => {
      f.set(low, op('f32x4.pmin', low, x))
      f.set(high, op('f32x4.pmax', high, x))
      f.set(nan, op('v128.or', nan, op('f32x4.ne', x, x)))
    }
    f.repeat(op('i32.shr_u', count, i32(2)), () => {
      take(f.let(load('v128.load', at)))
      f.add(at, 16)
    })
    f.repeat(op('i32.and', count, i32(3)), () => {
      take(f.let(load('v128.load32_splat', at)))
      f.add(at, 4)
    })
    const to = f.let(op('i32.add', arg('to'), op('i32.mul', task, i32(recordBytes))))
    for (const [i, value] of [low, high, nan].entries()) f.store('v128.store', to, value, 16 * i)
  },
})

const scaleKernel = defineKernel({
  key: 'scale-of-range',
  params: { from: 'in', count: 'i32', scale: 'out', zero: 'out' },
  emit({ f, arg }) {
    const [low, high, from] = [f.let(f32(0)), f.let(f32(0)), f.let(arg('from'))]
    f.repeat(arg('count'), () => {
      for (let lane = 0; lane < 4; lane++) {
        f.set(low, op('f32.min', low, load('f32.load', from, 4 * lane)))
        f.set(high, op('f32.max', high, load('f32.load', from, 16 + 4 * lane)))
        // A mask of ones is NaN.
        const mask = load('f32.load', from, 32 + 4 * lane)
        f.set(low, select(mask, low, op('f32.ne', mask, mask)))
      }
      f.add(from, recordBytes)
    })
    const scale = f.let(op('f32.div', op('f32.sub', high, low), f32(255)))
    f.store('f32.store', arg('scale'), scale)
    const zero = op('f32.min', op('f32.nearest', op('f32.neg', op('f32.div', low, scale))), f32(255))
    f.store('i32.store8', arg('zero'), op('i32.trunc_sat_f32_u', zero))
  },
})
