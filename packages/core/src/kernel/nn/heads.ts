/** Rows of attention heads moved to where a cache or another order of axes wants them. */

import { i32, op } from '../../wasm/index.ts'
import { defineKernel, type Kernel } from '../kernel.ts'
import { overRow, plus, storeSome, times, vector } from './vectors.ts'

const params = {
  x: 'in',
  /** Added to each row; one row per head. */
  bias: 'in',
  y: 'inout',
  heads: 'i32',
  rows: 'i32',
  size: 'i32',
  xBatch: 'i32',
  xHead: 'i32',
  xRow: 'i32',
  yBatch: 'i32',
  yHead: 'i32',
  yRow: 'i32',
} as const

/** Copies the rows of heads; a task is a head of a sequence. Strides are in bytes. */
export function copyHeads(bias: boolean): Kernel<typeof params> {
  return defineKernel({
    key: `copy-heads${bias ? '-bias' : ''}`,
    params,
    emit(k) {
      const { f } = k
      const size = f.let(k.arg('size'))
      const n = f.let(op('i32.div_u', k.task, k.arg('heads')))
      const h = f.let(op('i32.rem_u', k.task, k.arg('heads')))
      const x = f.let(plus(k.arg('x'), op('i32.mul', n, k.arg('xBatch')), op('i32.mul', h, k.arg('xHead'))))
      const y = f.let(plus(k.arg('y'), op('i32.mul', n, k.arg('yBatch')), op('i32.mul', h, k.arg('yHead'))))
      const own = f.let(bias ? plus(k.arg('bias'), times(op('i32.mul', h, size), 4)) : i32(0))
      f.repeat(k.arg('rows'), () => {
        if (bias) {
          const [from, to, added] = [f.let(x), f.let(y), f.let(own)]
          overRow(f, size, [from, to, added], (left) => {
            storeSome(f, to, op('f32x4.add', vector(from), vector(added)), left)
          })
        } else f.copy(y, x, times(size, 4))
        f.add(x, k.arg('xRow'))
        f.add(y, k.arg('yRow'))
      })
    },
  })
}
