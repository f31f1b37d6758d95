/** Sums of products of elements whose offsets are listed. */
import { f32, load, op } from '../../wasm/index.ts'
import { defineKernel, type Kernel } from '../kernel.ts'
import { overTask, plus, times } from './vectors.ts'

const params = {
  x0: 'in',
  x1: 'in',
  x2: 'in',
  y: 'out',
  /** Bytes to an element of each operand: per element of the result, and per term of its sum. */
  kept: 'in',
  summed: 'in',
  count: 'i32',
  terms: 'i32',
  countPerTask: 'i32',
} as const

/** A task is `countPerTask` elements of the result. */
export function contraction(operands: 1 | 2 | 3): Kernel<typeof params> {
  return defineKernel({
    key: `contraction-${operands}`,
    params,
    emit(k) {
      const { f } = k
      const names = (['x0', 'x1', 'x2'] as const).slice(0, operands)
      const terms = f.let(k.arg('terms'))
      overTask(f, k.task, k.arg('countPerTask'), k.arg('count'), (index) => {
        const kept = f.let(plus(k.arg('kept'), times(index, 4 * operands)))
        const starts = names.map((name, i) => f.let(plus(k.arg(name), load('i32.load', kept, 4 * i))))
        const summed = f.let(k.arg('summed'))
        const sum = f.let(f32(0))
        f.repeat(terms, () => {
          const factors = starts.map((start, i) =>
            load('f32.load', plus(start, load('i32.load', summed, 4 * i))),
          )
          f.set(
            sum,
            op(
              'f32.add',
              sum,
              factors.reduce((a, b) => op('f32.mul', a, b)),
            ),
          )
          f.add(summed, 4 * operands)
        })
        f.store('f32.store', plus(k.arg('y'), times(index, 4)), sum)
      })
    },
  })
}
