/** Blocks put, or combined with what is there, where tuples of indices lead. */
import type { DType } from '../../base/dtype.ts'
import { i32, op } from '../../wasm/index.ts'
import type { Kernel, ParamSpec, Place } from '../kernel.ts'
import type { LowerContext } from '../lower.ts'
import { type Combination, combineAt } from './combine.ts'
import { type TupleAxes, tupleArgs, tupleOffset, tupleParams } from './gather-tuples.ts'
import { type BlockMove, blockMove, moveBlock } from './move-bytes.ts'
import { least } from './rows.ts'

export interface TupleScatter extends TupleAxes {
  readonly to: Place
  readonly dtype: DType
  readonly elementBytes: 1 | 2 | 4 | 8
  readonly indices: Place
  readonly updates: Place
  readonly tuples: number
  readonly blockBytes: number
  readonly how: Combination | 'none'
}

/** Pieces of blocks that tasks share are no shorter. */
const pieceBytes = 4096

/** Adds the call. Every task goes through all tuples in order, since any two may meet, with its piece of the blocks. */
export function scatterTuples(context: LowerContext, scatter: TupleScatter): void {
  const { to, dtype, elementBytes: unit, indices, updates, tuples, blockBytes: bytes, how } = scatter
  if (tuples * bytes === 0) return
  const pieces = Math.max(1, Math.min(context.threads, Math.floor(bytes / pieceBytes)))
  const piece = pieces === 1 ? bytes : Math.ceil(bytes / pieces / 64) * 64
  const move = how === 'none' ? (pieces === 1 ? blockMove(bytes) : 'long') : undefined
  context.call(
    kernelFor(scatter.sizes.length, dtype, unit, how, move),
    { updates, indices, to, tuples, bytes, piece, ...tupleArgs(scatter) },
    Math.ceil(bytes / piece),
  )
}

function kernelFor(
  width: number,
  dtype: DType,
  unit: number,
  how: Combination | 'none',
  move: BlockMove | undefined,
): Kernel<ParamSpec> {
  return {
    key: `scatter-tuples-${width}-${move ?? `${how}-${dtype}`}`,
    params: {
      updates: 'in',
      indices: 'in',
      to: 'inout',
      tuples: 'i32',
      bytes: 'i32',
      piece: 'i32',
      ...tupleParams(width),
    },
    emit(k) {
      const { f, arg, task } = k
      const [indices, bytes, piece] = [f.let(arg('indices')), f.let(arg('bytes')), f.let(arg('piece'))]
      const start = f.let(op('i32.mul', task, piece))
      const length = f.let(least(op('i32.sub', bytes, start), piece))
      const to = f.let(op('i32.add', arg('to'), start))
      const from = f.let(op('i32.add', arg('updates'), start))
      const [tuple, target, source] = [f.local('i32'), f.local('i32'), f.local('i32')]
      f.for(tuple, 0, arg('tuples'), 1, () => {
        f.set(target, op('i32.add', to, tupleOffset(k, width, indices, tuple)))
        if (move) moveBlock(f, move, target, from, length)
        else if (how !== 'none') {
          f.set(source, from)
          f.repeat(op('i32.div_u', length, i32(unit)), () => {
            combineAt(f, dtype, how, target, source)
            f.add(target, unit)
            f.add(source, unit)
          })
        }
        f.add(from, bytes)
      })
    },
  }
}
