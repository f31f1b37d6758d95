/** What masks of padding add to scores. */
import { f32, i32, load, type Operand, op, select } from '../../wasm/index.ts'
import { defineKernel, type Kernel } from '../kernel.ts'
import { plus, times } from './vectors.ts'

/** One number per key; the end of each sequence; or all ends and then all starts. */
export type PaddingKind = 'keys' | 'ends' | 'ends-starts'

const params = { mask: 'in', out: 'out', keys: 'i32', rows: 'i32', filter: 'f32' } as const

/** 0 for keys that count and `filter` for others; a task is a row of keys. */
export function paddingBias(kind: PaddingKind): Kernel<typeof params> {
  return defineKernel({
    key: `padding-bias-${kind}`,
    params,
    emit(k) {
      const { f } = k
      const row = f.let(times(op('i32.mul', k.task, k.arg('keys')), 4))
      const [from, to] = [f.let(plus(k.arg('mask'), row)), f.let(plus(k.arg('out'), row))]
      const own = f.let(plus(k.arg('mask'), times(k.task, 4)))
      const start = () => load('i32.load', plus(own, times(k.arg('rows'), 4)))
      const j = f.local('i32')
      f.for(j, 0, k.arg('keys'), 1, () => {
        const before = op('i32.lt_s', j, load('i32.load', own))
        const conditions: Readonly<Record<PaddingKind, () => Operand<'i32'>>> = {
          keys: () => op('i32.gt_s', load('i32.load', from), i32(0)),
          ends: () => before,
          'ends-starts': () => op('i32.and', before, op('i32.ge_s', j, start())),
        }
        f.store('f32.store', to, select(f32(0), k.arg('filter'), conditions[kind]()))
        f.add(from, 4)
        f.add(to, 4)
      })
    },
  })
}
