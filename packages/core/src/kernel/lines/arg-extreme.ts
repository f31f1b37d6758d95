/** Positions of the largest or smallest elements of lines, of NaN before all others. */
import { type DType, dtypeInfo } from '../../base/dtype.ts'
import type { Local } from '../../wasm/index.ts'
import { i32, op } from '../../wasm/index.ts'
import type { Kernel, Place } from '../kernel.ts'
import type { LowerContext } from '../lower.ts'
import { forEachItem, shareItems } from '../move/items.ts'
import { type ArgKernel, argParams, beats, type Extreme } from './arg-order.ts'
import { emitColumns, emitVectorRow } from './arg-vectors.ts'
import { elementAt, type LineSizes, lineStart } from './lines.ts'
import { letNumber, loadNumber } from './number.ts'

export interface ArgSearch extends LineSizes, Extreme {
  readonly from: Place
  readonly dtype: DType
  /** An int64 for each line. */
  readonly to: Place
}

/** row: 4 elements of a line at once. columns: 4 lines at once. plain: an element after the other. */
type Way = 'row' | 'columns' | 'plain'

const taskElements = 1 << 15

/** Adds the call. Lines must not be empty. */
export function findExtremes(context: LowerContext, search: ArgSearch): void {
  const { from, to, dtype, outer, size, inner, side, isLast } = search
  if (outer * inner === 0) return
  const way = wayOf(search)
  const items = way === 'columns' ? outer * Math.ceil(inner / 4) : outer * inner
  const { args, tasks } = shareItems(items, taskElements / size)
  context.call(kernelFor(dtype, { side, isLast }, way), { from, to, size, inner, ...args }, tasks)
}

function wayOf({ dtype, size, inner }: ArgSearch): Way {
  if (dtype === 'float32' && inner === 1 && size >= 8) return 'row'
  return (dtype === 'float32' || dtype === 'int32') && inner >= 4 ? 'columns' : 'plain'
}

function kernelFor(dtype: DType, extreme: Extreme, way: Way): Kernel<typeof argParams> {
  return {
    key: `arg-${extreme.side}-${extreme.isLast ? 'last' : 'first'}-${dtype}-${way}`,
    params: argParams,
    emit(k) {
      if (way === 'columns') emitColumns(k, dtype, extreme)
      else emitLines(k, dtype, extreme, way === 'row')
    },
  }
}

function emitLines(k: ArgKernel, dtype: DType, extreme: Extreme, isVector: boolean): void {
  const { f, arg } = k
  const [from, to, size, inner] = [
    f.let(arg('from')),
    f.let(arg('to')),
    f.let(arg('size')),
    f.let(arg('inner')),
  ]
  const bytes = dtypeInfo(dtype).bits / 8
  const step = f.let(op('i32.mul', inner, i32(bytes)))
  const [at, index, position] = [f.local('i32'), f.local('i32'), f.local('i32')]
  forEachItem(k, (line) => {
    f.set(at, elementAt(from, lineStart(line, size, inner), bytes))
    const best = letNumber(f, dtype, at)
    f.set(position, i32(0))
    f.set(index, i32(0))
    if (isVector) emitVectorRow(f, extreme, { at, size, index, best: best as Local<'f32'>, position }) // row is for float32
    const x = f.local(best.type)
    f.repeat(op('i32.sub', size, index), () => {
      f.set(x, loadNumber(dtype, at))
      f.if(beats(dtype, extreme, x, best), () => {
        f.set(best, x)
        f.set(position, index)
      })
      f.add(at, step)
      f.add(index, 1)
    })
    f.store('i64.store', elementAt(to, line, 8), op('i64.extend_i32_u', position))
  })
}
