/** Blocks of a tensor that tuples of indices lead to. */
import type { Local, Operand } from '../../wasm/index.ts'
import { i32, op } from '../../wasm/index.ts'
import type { Kernel, KernelBuilder, ParamSpec, Place } from '../kernel.ts'
import type { LowerContext } from '../lower.ts'
import { indexAt, loadIndex } from './indices.ts'
import { forEachItem, itemParams, shareItems } from './items.ts'
import { type BlockMove, blockMove, moveBlock } from './move-bytes.ts'

/** Axes that a tuple of int64 indices names; strides in bytes. */
export interface TupleAxes {
  readonly sizes: readonly number[]
  readonly strides: readonly number[]
}

/** The parameters of `tupleOffset`. */
export function tupleParams(width: number): ParamSpec {
  const names = Array.from({ length: width }, (_, i) => [`size${i}`, `stride${i}`]).flat()
  return Object.fromEntries(names.map((name) => [name, 'i32'] as const))
}

/** Arguments for `tupleParams`. */
export function tupleArgs({ sizes, strides }: TupleAxes): Readonly<Record<string, number>> {
  return Object.fromEntries(
    sizes.flatMap((size, i) => [
      [`size${i}`, size],
      [`stride${i}`, strides[i]!],
    ]),
  )
}

/** Bytes from the start of the tensor to where the tuple of that number leads. */
export function tupleOffset(
  { f, arg }: KernelBuilder,
  width: number,
  indices: Operand<'i32'>,
  tuple: Operand<'i32'>,
): Local<'i32'> {
  const first = f.let(op('i32.mul', tuple, i32(width)))
  const offset = f.let(i32(0))
  for (let i = 0; i < width; i++) {
    const at = indexAt('int64', indices, op('i32.add', first, i32(i)))
    const index = loadIndex(f, 'int64', at, arg(`size${i}`))
    f.add(offset, op('i32.mul', index, arg(`stride${i}`)))
  }
  return offset
}

export interface TupleGather extends TupleAxes {
  readonly data: Place
  readonly indices: Place
  readonly to: Place
  readonly tuples: number
  /** So many tuples in a row look into the same part of the tensor, and the next ones into the next. */
  readonly tuplesPerBatch: number
  readonly batchBytes: number
  readonly blockBytes: number
}

const taskBytes = 1 << 17
const tupleCost = 64

/** Adds the call that puts the blocks one behind the other. */
export function gatherTuples(context: LowerContext, gather: TupleGather): void {
  const { data, indices, to, tuples, tuplesPerBatch, batchBytes, blockBytes: bytes } = gather
  if (tuples * bytes === 0) return
  const { args, tasks } = shareItems(tuples, taskBytes / (bytes + tupleCost))
  context.call(
    kernelFor(gather.sizes.length, blockMove(bytes)),
    { data, indices, to, tuplesPerBatch, batchBytes, bytes, ...tupleArgs(gather), ...args },
    tasks,
  )
}

function kernelFor(width: number, how: BlockMove): Kernel<ParamSpec> {
  return {
    key: `gather-tuples-${width}-${how}`,
    params: {
      data: 'in',
      indices: 'in',
      to: 'out',
      tuplesPerBatch: 'i32',
      batchBytes: 'i32',
      bytes: 'i32',
      ...tupleParams(width),
      ...itemParams,
    },
    emit(k) {
      const { f, arg } = k
      const [data, indices, to, bytes] = [
        f.let(arg('data')),
        f.let(arg('indices')),
        f.let(arg('to')),
        f.let(arg('bytes')),
      ]
      forEachItem(k, (tuple) => {
        const batch = op('i32.div_u', tuple, arg('tuplesPerBatch'))
        const source = f.let(op('i32.add', data, op('i32.mul', batch, arg('batchBytes'))))
        f.add(source, tupleOffset(k, width, indices, tuple))
        moveBlock(f, how, f.let(op('i32.add', to, op('i32.mul', tuple, bytes))), source, bytes)
      })
    },
  }
}
