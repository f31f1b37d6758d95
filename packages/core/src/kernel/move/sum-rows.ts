/** Rows added up where indices lead, in the order of the indices: what a lookup's gradient is. */
import { i32, load, op } from '../../wasm/index.ts'
import type { Kernel, Place } from '../kernel.ts'
import type { LowerContext } from '../lower.ts'
import { combineAt } from './combine.ts'
import { type IndexType, indexAt, loadIndex } from './indices.ts'
import { least } from './rows.ts'

export interface RowSum {
  readonly dtype: 'float32' | 'float64'
  readonly indices: Place
  readonly indexType: IndexType
  readonly updates: Place
  /** Zeros, or what the rows are added to. */
  readonly to: Place
  readonly count: number
  /** How many rows there are to add to. */
  readonly size: number
  readonly rowBytes: number
}

const params = {
  indices: 'in',
  updates: 'in',
  to: 'inout',
  count: 'i32',
  size: 'i32',
  bytes: 'i32',
  piece: 'i32',
} as const

/** Tasks write whole cache lines. */
const lineBytes = 64

/** Adds the call. Every task goes through all indices, since any two may be equal, with its piece of the rows. */
export function sumRows(context: LowerContext, sum: RowSum): void {
  const { dtype, indices, indexType, updates, to, count, size, rowBytes: bytes } = sum
  if (count * bytes === 0) return
  const pieces = Math.max(1, Math.min(context.threads, Math.floor(bytes / lineBytes)))
  const piece = Math.ceil(bytes / pieces / lineBytes) * lineBytes
  const args = { indices, updates, to, count, size, bytes, piece }
  context.call(kernelFor(dtype, indexType), args, Math.ceil(bytes / piece))
}

function kernelFor(dtype: RowSum['dtype'], type: IndexType): Kernel<typeof params> {
  const [add, unit] = dtype === 'float32' ? (['f32x4.add', 4] as const) : (['f64x2.add', 8] as const)
  return {
    key: `sum-rows-${dtype}-${type}`,
    params,
    emit({ f, arg, task }) {
      const [indices, bytes, size] = [f.let(arg('indices')), f.let(arg('bytes')), f.let(arg('size'))]
      const start = f.let(op('i32.mul', task, arg('piece')))
      const length = f.let(least(op('i32.sub', bytes, start), arg('piece')))
      const vectors = f.let(op('i32.shr_u', length, i32(4)))
      const rest = f.let(op('i32.div_u', op('i32.and', length, i32(15)), i32(unit)))
      const to = f.let(op('i32.add', arg('to'), start))
      const row = f.let(op('i32.add', arg('updates'), start))
      const [position, target, source] = [f.local('i32'), f.local('i32'), f.local('i32')]
      f.for(position, 0, arg('count'), 1, () => {
        const index = loadIndex(f, type, indexAt(type, indices, position), size)
        f.set(target, op('i32.add', to, op('i32.mul', index, bytes)))
        f.set(source, row)
        f.repeat(vectors, () => {
          f.store('v128.store', target, op(add, load('v128.load', target), load('v128.load', source)))
          f.add(target, 16)
          f.add(source, 16)
        })
        f.repeat(rest, () => {
          combineAt(f, dtype, 'add', target, source)
          f.add(target, unit)
          f.add(source, unit)
        })
        f.add(row, bytes)
      })
    },
  }
}
