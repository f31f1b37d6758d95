/** Blocks of a tensor that indices choose. */
import { i32, op } from '../../wasm/index.ts'
import type { Kernel, Place } from '../kernel.ts'
import type { LowerContext } from '../lower.ts'
import { type IndexType, indexAt, loadIndex } from './indices.ts'
import { forEachItem, itemParams, shareItems } from './items.ts'
import { type BlockMove, blockMove, moveBlock } from './move-bytes.ts'

export interface BlockGather {
  readonly data: Place
  readonly indices: Place
  readonly indexType: IndexType
  readonly to: Place
  /** How often the indices are used, each time for `size` other blocks. */
  readonly outer: number
  readonly count: number
  readonly size: number
  readonly blockBytes: number
  /** False where negative indices lead nowhere. */
  readonly fromEnd?: boolean
}

const params = {
  data: 'in',
  indices: 'in',
  to: 'out',
  count: 'i32',
  size: 'i32',
  bytes: 'i32',
  ...itemParams,
} as const

/** Bytes of a task, and what an index costs in bytes. */
const taskBytes = 1 << 17
const indexCost = 32

/** Adds the call that puts the chosen blocks one behind the other. */
export function gatherBlocks(context: LowerContext, gather: BlockGather): void {
  const { data, indices, indexType, to, outer, count, size, blockBytes: bytes, fromEnd = true } = gather
  if (outer * count * bytes === 0) return
  const { args, tasks } = shareItems(outer * count, taskBytes / (bytes + indexCost))
  context.call(
    kernelFor(indexType, blockMove(bytes), fromEnd),
    { data, indices, to, count, size, bytes, ...args },
    tasks,
  )
}

function kernelFor(type: IndexType, how: BlockMove, fromEnd: boolean): Kernel<typeof params> {
  return {
    key: `gather-${type}-${how}${fromEnd ? '' : '-positive'}`,
    params,
    emit(k) {
      const { f, arg, task } = k
      const [data, indices, to] = [f.let(arg('data')), f.let(arg('indices')), f.let(arg('to'))]
      const [count, size, bytes] = [f.let(arg('count')), f.let(arg('size')), f.let(arg('bytes'))]
      const source = f.local('i32')
      const target = f.local('i32')
      const first = f.let(op('i32.mul', task, arg('itemsPerTask')))
      const column = f.let(op('i32.rem_u', first, count))
      const outerBytes = f.let(op('i32.mul', size, bytes))
      f.add(data, op('i32.mul', op('i32.div_u', first, count), outerBytes))
      f.set(target, op('i32.add', to, op('i32.mul', first, bytes)))
      forEachItem(k, () => {
        const index = loadIndex(f, type, indexAt(type, indices, column), size, fromEnd)
        f.set(source, op('i32.add', data, op('i32.mul', index, bytes)))
        moveBlock(f, how, target, source, bytes)
        f.add(target, bytes)
        f.add(column, 1)
        f.if(op('i32.eq', column, count), () => {
          f.set(column, i32(0))
          f.add(data, outerBytes)
        })
      })
    },
  }
}
