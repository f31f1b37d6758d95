/** Sequences of a batch, the beginning of each in reverse order. */
import { i32, load, op } from '../../wasm/index.ts'
import type { Kernel, Place } from '../kernel.ts'
import type { LowerContext } from '../lower.ts'
import { forEachItem, itemParams, shareItems } from './items.ts'
import { type BlockMove, blockMove, moveBlock } from './move-bytes.ts'

export interface SequenceReversal {
  readonly from: Place
  readonly to: Place
  /** An int64 for each sample: how many steps change places. */
  readonly lengths: Place
  readonly steps: number
  readonly batch: number
  readonly blockBytes: number
  /** The samples lie one behind the other, or else the steps. */
  readonly isBatchFirst: boolean
}

const params = {
  from: 'in',
  to: 'out',
  lengths: 'in',
  steps: 'i32',
  batch: 'i32',
  bytes: 'i32',
  ...itemParams,
} as const

const taskBytes = 1 << 17
const blockCost = 32

/** Adds the call. A length outside ends the run. */
export function reverseSequences(context: LowerContext, reversal: SequenceReversal): void {
  const { from, to, lengths, steps, batch, blockBytes: bytes, isBatchFirst } = reversal
  if (steps * batch * bytes === 0) return
  const { args, tasks } = shareItems(steps * batch, taskBytes / (bytes + blockCost))
  context.call(
    kernelFor(isBatchFirst, blockMove(bytes)),
    { from, to, lengths, steps, batch, bytes, ...args },
    tasks,
  )
}

function kernelFor(isBatchFirst: boolean, how: BlockMove): Kernel<typeof params> {
  return {
    key: `reverse-${isBatchFirst ? 'batch' : 'time'}-${how}`,
    params,
    emit(k) {
      const { f, arg } = k
      const [steps, batch, bytes] = [f.let(arg('steps')), f.let(arg('batch')), f.let(arg('bytes'))]
      const [from, to, other] = [f.local('i32'), f.local('i32'), f.local('i32')]
      forEachItem(k, (item) => {
        const inner = isBatchFirst ? steps : batch
        const [quotient, rest] = [f.let(op('i32.div_u', item, inner)), f.let(op('i32.rem_u', item, inner))]
        const [sample, step] = isBatchFirst ? [quotient, rest] : [rest, quotient]
        const given = f.let(load('i64.load', op('i32.add', arg('lengths'), op('i32.shl', sample, i32(3)))))
        f.if(op('i64.gt_u', given, op('i64.extend_i32_u', steps)), () => f.unreachable())
        const length = f.let(op('i32.wrap_i64', given))
        f.set(other, step)
        f.if(op('i32.lt_u', step, length), () =>
          f.set(other, op('i32.sub', op('i32.sub', length, i32(1)), step)),
        )
        const place = isBatchFirst
          ? op('i32.add', op('i32.mul', sample, steps), other)
          : op('i32.add', op('i32.mul', other, batch), sample)
        f.set(from, op('i32.add', arg('from'), op('i32.mul', place, bytes)))
        f.set(to, op('i32.add', arg('to'), op('i32.mul', item, bytes)))
        moveBlock(f, how, to, from, bytes)
      })
    },
  }
}
