/** One side of the diagonal of matrices, zeros on the other. */
import { i32, i64, load, op, select } from '../../wasm/index.ts'
import type { Kernel, Place } from '../kernel.ts'
import type { LowerContext } from '../lower.ts'
import { forEachItem, itemParams, shareItems } from './items.ts'
import { least } from './rows.ts'

export interface Triangle {
  readonly from: Place
  readonly to: Place
  readonly elementBytes: number
  readonly matrices: number
  readonly rows: number
  readonly columns: number
  /** An int64: the diagonal that is kept with its side. */
  readonly diagonal: Place
  readonly isUpper: boolean
}

const params = {
  from: 'in',
  to: 'out',
  diagonal: 'in',
  rows: 'i32',
  columns: 'i32',
  bytes: 'i32',
  ...itemParams,
} as const

const taskBytes = 1 << 17

/** Adds the call. */
export function copyTriangle(context: LowerContext, triangle: Triangle): void {
  const { from, to, elementBytes: bytes, matrices, rows, columns, diagonal, isUpper } = triangle
  const { args, tasks } = shareItems(matrices * rows, taskBytes / Math.max(1, columns * bytes))
  if (matrices * rows * columns === 0) return
  context.call(isUpper ? upper : lower, { from, to, diagonal, rows, columns, bytes, ...args }, tasks)
}

const upper = kernelFor(true)
const lower = kernelFor(false)

function kernelFor(isUpper: boolean): Kernel<typeof params> {
  return {
    key: `triangle-${isUpper ? 'upper' : 'lower'}`,
    params,
    inplace: [['from', 'to']],
    emit(k) {
      const { f, arg } = k
      const [columns, bytes, rows] = [f.let(arg('columns')), f.let(arg('bytes')), f.let(arg('rows'))]
      const whole = f.let(op('i32.mul', columns, bytes))
      // Beyond ± 2^30 every diagonal is as far outside.
      const given = f.let(load('i64.load', arg('diagonal')))
      const [far, near] = [i64(-(2n ** 30n)), i64(2n ** 30n)]
      f.set(given, select(given, far, op('i64.gt_s', given, far)))
      f.set(given, select(given, near, op('i64.lt_s', given, near)))
      const first = f.let(op('i32.add', op('i32.wrap_i64', given), i32(isUpper ? 0 : 1)))
      const split = f.local('i32')
      forEachItem(k, (row) => {
        // Columns before `split` are on the one side, the others on the other.
        f.set(split, op('i32.add', first, op('i32.rem_u', row, rows)))
        f.set(split, select(split, i32(0), op('i32.gt_s', split, i32(0))))
        f.set(split, op('i32.mul', least(split, columns), bytes))
        const start = f.let(op('i32.mul', row, whole))
        const source = f.let(op('i32.add', arg('from'), start))
        const target = f.let(op('i32.add', arg('to'), start))
        const [a, b] = [op('i32.add', target, split), op('i32.sub', whole, split)]
        if (isUpper) {
          f.copy(a, op('i32.add', source, split), b)
          f.fill(target, i32(0), split)
        } else {
          f.copy(target, source, split)
          f.fill(a, i32(0), b)
        }
      })
    },
  }
}
