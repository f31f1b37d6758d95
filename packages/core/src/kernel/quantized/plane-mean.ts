/** The mean of every plane of bytes, rescaled. */
import { f32, load, op } from '../../wasm/index.ts'
import { defineKernel, type Kernel } from '../kernel.ts'
import { type ByteType, zeroPoint } from './bytes.ts'
import { byteSum } from './row-sums.ts'

const params = {
  x: 'in',
  y: 'out',
  xScale: 'in',
  xZero: 'in',
  yScale: 'in',
  yZero: 'in',
  elements: 'i32',
  planes: 'i32',
  perTask: 'i32',
} as const

/** Sums are exact up to 2²³ elements. */
export const mostElements = 1 << 23

export function planeMean(dtype: ByteType): Kernel<typeof params> {
  return defineKernel({
    key: `plane-mean:${dtype}`,
    params,
    emit({ f, arg, task }) {
      const plane = f.let(op('i32.mul', task, arg('perTask')))
      const count = f.let(op('i32.sub', arg('planes'), plane))
      f.if(op('i32.gt_s', count, arg('perTask')), () => f.set(count, arg('perTask')))
      const [elements, to] = [f.let(arg('elements')), f.let(op('i32.add', arg('y'), plane))]
      const at = f.let(op('i32.add', arg('x'), op('i32.mul', plane, elements)))
      const [xZero, yZero] = [zeroPoint(f, dtype, arg('xZero')), zeroPoint(f, dtype, arg('yZero'))]
      const whole = op('f32.convert_i32_s', elements)
      const divisor = op('f32.mul', load('f32.load', arg('yScale')), whole)
      const scale = f.let(op('f32.div', load('f32.load', arg('xScale')), divisor))
      const zeros = f.let(op('i32.mul', elements, xZero))
      const shift = f.let(op('f32.convert_i32_s', yZero))
      const [low, high] = dtype === 'int8' ? [-128, 127] : [0, 255]
      f.repeat(count, () => {
        const sum = op('i32.sub', byteSum(f, dtype, at, elements), zeros)
        const steps = op('f32.nearest', op('f32.mul', op('f32.convert_i32_s', sum), scale))
        const held = op('f32.max', op('f32.min', op('f32.add', steps, shift), f32(high)), f32(low))
        f.store('i32.store8', to, op('i32.trunc_sat_f32_s', held))
        f.add(to, 1)
      })
    },
  })
}
