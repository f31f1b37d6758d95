/** Rows of updates written into the rows of a cache, each from a position of its own on. */
import { i32, i64, load, op, select } from '../../wasm/index.ts'
import type { Kernel, Place } from '../kernel.ts'
import type { LowerContext } from '../lower.ts'
import { forEachItem, itemParams, shareItems } from './items.ts'
import { least } from './rows.ts'

export interface CacheWrite {
  readonly to: Place
  readonly updates: Place
  /** One int64 for every `rowsPerStart` rows; absent: all start at 0. */
  readonly starts: Place | undefined
  readonly rows: number
  readonly rowsPerStart: number
  /** Blocks of a row of the cache, and of the updates. */
  readonly most: number
  readonly length: number
  readonly blockBytes: number
  /** Writing goes on at the start of a row; else it must stay within. */
  readonly isCircular: boolean
}

const params = {
  updates: 'in',
  starts: 'in',
  to: 'inout',
  rowsPerStart: 'i32',
  most: 'i32',
  length: 'i32',
  bytes: 'i32',
  ...itemParams,
} as const

const taskBytes = 1 << 18

/** Adds the call. */
export function writeCache(context: LowerContext, write: CacheWrite): void {
  const { to, updates, starts, rows, rowsPerStart, most, length, blockBytes: bytes } = write
  if (rows * length * bytes === 0) return
  const { args, tasks } = shareItems(rows, taskBytes / (length * bytes))
  context.call(
    kernelFor(write.isCircular, starts !== undefined),
    { updates, starts, to, rowsPerStart, most, length, bytes, ...args },
    tasks,
  )
}

function kernelFor(isCircular: boolean, hasStarts: boolean): Kernel<typeof params> {
  return {
    key: `write-cache-${isCircular ? 'circular' : 'linear'}-${hasStarts ? 'starts' : 'start'}`,
    params,
    emit(k) {
      const { f, arg } = k
      const [most, length, bytes] = [f.let(arg('most')), f.let(arg('length')), f.let(arg('bytes'))]
      const [start, room] = [f.local('i32'), f.local('i32')]
      const blocks = (count: typeof length) => op('i32.mul', count, bytes)
      forEachItem(k, (row) => {
        if (hasStarts) {
          const at = op('i32.shl', op('i32.div_u', row, arg('rowsPerStart')), i32(3))
          const given = f.let(load('i64.load', op('i32.add', arg('starts'), at)))
          const whole = f.let(op('i64.extend_i32_u', most))
          if (isCircular) {
            f.set(given, op('i64.rem_s', given, whole))
            f.set(given, op('i64.add', given, select(whole, i64(0n), op('i64.lt_s', given, i64(0n)))))
          } else {
            const last = op('i64.sub', whole, op('i64.extend_i32_u', length))
            f.if(op('i64.gt_u', given, last), () => f.unreachable())
          }
          f.set(start, op('i32.wrap_i64', given))
        }
        f.set(room, op('i32.sub', most, start))
        f.set(room, least(room, length))
        const source = f.let(op('i32.add', arg('updates'), op('i32.mul', row, blocks(length))))
        const target = f.let(op('i32.add', arg('to'), op('i32.mul', row, blocks(most))))
        f.copy(op('i32.add', target, blocks(start)), source, blocks(room))
        const rest = f.let(op('i32.sub', length, room))
        f.copy(target, op('i32.add', source, blocks(room)), blocks(rest))
      })
    },
  }
}
