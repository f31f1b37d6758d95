/** Softmax of lines of bytes in integers, from a table of exponentials. */
import { f32, i32, i64, load, op, select } from '../../wasm/index.ts'
import { defineKernel, type Kernel } from '../kernel.ts'
import { type ByteType, signOf, zeroPoint } from './bytes.ts'

const params = {
  x: 'in',
  y: 'out',
  /** For every distance below the maximum, what its exponential counts: 256 int64. */
  table: 'in',
  yScale: 'in',
  yZero: 'in',
  count: 'i32',
  /** Elements from one of a line to the next, which lines lie side by side in. */
  inner: 'i32',
  lines: 'i32',
  perTask: 'i32',
} as const

export function softmaxLines(dtype: ByteType): Kernel<typeof params> {
  return defineKernel({
    key: `quantized-softmax:${dtype}`,
    params,
    inplace: [['x', 'y']],
    emit({ f, arg, task }) {
      const line = f.let(op('i32.mul', task, arg('perTask')))
      const lines = f.let(op('i32.sub', arg('lines'), line))
      f.if(op('i32.gt_s', lines, arg('perTask')), () => f.set(lines, arg('perTask')))
      const [inner, count] = [f.let(arg('inner')), f.let(arg('count'))]
      const zero = f.let(op('i64.extend_i32_s', zeroPoint(f, dtype, arg('yZero'))))
      const inverse = f.let(op('i64.trunc_sat_f32_s', op('f32.div', f32(1), load('f32.load', arg('yScale')))))
      const [at, offset, most] = [f.local('i32'), f.local('i32'), f.local('i32')]
      const [sum, half, part] = [f.local('i64'), f.local('i64'), f.local('i64')]
      const element = () => load(`i32.load8_${signOf(dtype)}`, op('i32.add', arg('x'), at))
      const counted = () =>
        load('i64.load', op('i32.add', arg('table'), op('i32.shl', op('i32.sub', most, element()), i32(3))))
      const along = (body: () => void) => {
        f.set(at, offset)
        f.repeat(count, () => {
          body()
          f.add(at, inner)
        })
      }
      const [low, high] = dtype === 'int8' ? [-128n, 127n] : [0n, 255n]
      f.repeat(lines, () => {
        const outer = op('i32.mul', op('i32.div_u', line, inner), op('i32.mul', inner, count))
        f.set(offset, op('i32.add', outer, op('i32.rem_u', line, inner)))
        f.set(most, i32(-128))
        along(() => {
          const x = f.let(element())
          f.set(most, select(x, most, op('i32.gt_s', x, most)))
        })
        f.set(sum, i64(0n))
        along(() => f.set(sum, op('i64.add', sum, counted())))
        f.set(half, op('i64.div_s', sum, i64(2n)))
        along(() => {
          const wanted = op('i64.add', op('i64.mul', counted(), inverse), half)
          f.set(part, op('i64.add', op('i64.div_s', wanted, sum), zero))
          f.set(part, select(part, i64(high), op('i64.lt_s', part, i64(high))))
          f.set(part, select(part, i64(low), op('i64.gt_s', part, i64(low))))
          f.store('i32.store8', op('i32.add', arg('y'), at), op('i32.wrap_i64', part))
        })
        f.add(line, 1)
      })
    },
  })
}
