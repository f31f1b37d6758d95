/**
 * The first elements of lines in order, by a heap. An element and its place are one 64-bit number, of which the larger
 * comes first: the element as an ordered integer above, the complement of its place below. The root of the heap is the
 * worst of those that are kept.
 */
import { type DType, dtypeInfo } from '../../base/dtype.ts'
import type { FunctionBuilder, Local, Operand } from '../../wasm/index.ts'
import { f32, i32, i64, load, op, select } from '../../wasm/index.ts'
import type { Kernel, Place } from '../kernel.ts'
import type { LowerContext } from '../lower.ts'
import { moveUnit, type Unit } from '../move/element.ts'
import { forEachItem, itemParams, shareItems } from '../move/items.ts'
import { elementAt, type LineSizes, lineStart } from './lines.ts'
import { loadNumber } from './number.ts'

export interface TopSelection extends LineSizes {
  readonly from: Place
  readonly dtype: DType
  readonly k: number
  readonly isLargest: boolean
  readonly values: Place
  /** int64. */
  readonly indices: Place
}

const params = {
  from: 'in',
  values: 'out',
  indices: 'out',
  size: 'i32',
  inner: 'i32',
  k: 'i32',
  ...itemParams,
} as const

const taskElements = 1 << 13

/** True for dtypes that fit the upper half of a heap's number: up to 32 bits, float32 the only float. */
export function isHeapType(dtype: DType): boolean {
  const { kind, bits } = dtypeInfo(dtype)
  return kind === 'float' ? bits === 32 : (kind === 'int' || kind === 'uint') && bits >= 8 && bits <= 32
}

/** Adds the call. Of equal elements the one with the lower place comes first; NaN counts as the largest. */
export function selectTop(context: LowerContext, top: TopSelection): void {
  const { from, dtype, outer, size, inner, k, isLargest, values, indices } = top
  if (outer * inner * k === 0) return
  const { args, tasks } = shareItems(outer * inner, taskElements / size)
  const given = { from, values, indices, size, inner, k, ...args }
  context.call(kernelFor(dtype, isLargest), given, tasks, 8 * k)
}

function kernelFor(dtype: DType, isLargest: boolean): Kernel<typeof params> {
  const unit = (dtypeInfo(dtype).bits / 8) as Unit // 1, 2 or 4
  return {
    key: `top-k-${isLargest ? 'largest' : 'smallest'}-${dtype}`,
    params,
    emit(builder) {
      const { f, arg, scratch } = builder
      const [size, inner, k] = [f.let(arg('size')), f.let(arg('inner')), f.let(arg('k'))]
      const step = f.let(op('i32.mul', inner, i32(unit)))
      const [at, place, left] = [f.local('i32'), f.local('i32'), f.local('i32')]
      const item = f.local('i64')
      forEachItem(builder, (line) => {
        const first = f.let(elementAt(arg('from'), lineStart(line, size, inner), unit))
        f.for(place, 0, k, 1, () => f.store('i64.store', elementAt(scratch, place, 8), i64(-(2n ** 63n))))
        f.set(at, first)
        f.for(place, 0, size, 1, () => {
          f.set(item, itemOf(f, dtype, isLargest, at, place))
          f.if(op('i64.gt_s', item, load('i64.load', scratch)), () => sink(f, scratch, k, item))
          f.add(at, step)
        })
        // The worst goes to the end of the result, and the last of the heap takes its place.
        const target = f.let(lineStart(line, k, inner))
        emptyHeap(f, { scratch, k, left, item }, (source) => {
          f.set(place, op('i32.xor', op('i32.wrap_i64', source), i32(-1)))
          const to = f.let(op('i32.add', target, op('i32.mul', left, inner)))
          moveUnit(
            f,
            unit,
            elementAt(arg('values'), to, unit),
            op('i32.add', first, op('i32.mul', place, step)),
          )
          f.store('i64.store', elementAt(arg('indices'), to, 8), op('i64.extend_i32_u', place))
        })
      })
    },
  }
}

/** The element at an address with its place. */
function itemOf(
  f: FunctionBuilder,
  dtype: DType,
  isLargest: boolean,
  at: Local<'i32'>,
  place: Local<'i32'>,
): Operand<'i64'> {
  const key = orderedKey(f, dtype, at)
  const rank = isLargest ? key : op('i32.xor', key, i32(-1))
  const low = op('i64.extend_i32_u', op('i32.xor', place, i32(-1)))
  return op('i64.or', op('i64.shl', op('i64.extend_i32_s', rank), i64(32n)), low)
}

/** A signed integer in the order of the elements. */
function orderedKey(f: FunctionBuilder, dtype: DType, at: Local<'i32'>): Operand<'i32'> {
  if (dtype === 'float32') {
    // Adding 0 makes 0 of -0; all NaN become one that is above infinity.
    const x = f.let(op('f32.add', load('f32.load', at), f32(0)))
    const bits = f.let(op('i32.reinterpret_f32', x))
    f.set(bits, select(bits, i32(0x7fc00000), op('f32.eq', x, x)))
    return op('i32.xor', bits, op('i32.shr_u', op('i32.shr_s', bits, i32(31)), i32(1)))
  }
  const word = loadNumber(dtype, at) as Operand<'i32'> // the dtypes here have 32 bits at most
  return dtype === 'uint32' ? op('i32.xor', word, i32(-(2 ** 31))) : word
}

/** Puts an item at the root of a heap of `size` items and lets it sink below all that are worse. */
function sink(f: FunctionBuilder, heap: Local<'i32'>, size: Operand<'i32'>, item: Local<'i64'>): void {
  const [position, child] = [f.let(i32(0)), f.local('i32')]
  const other = f.local('i64')
  const itemAt = (index: Operand<'i32'>) => load('i64.load', elementAt(heap, index, 8))
  f.block((done) =>
    f.loop((again) => {
      f.set(child, op('i32.add', op('i32.shl', position, i32(1)), i32(1)))
      f.branchIf(done, op('i32.ge_s', child, size))
      f.set(other, itemAt(child))
      const sibling = op('i32.add', child, i32(1))
      f.if(op('i32.lt_s', sibling, size), () =>
        f.if(op('i64.lt_s', itemAt(sibling), other), () => {
          f.add(child, 1)
          f.set(other, itemAt(child))
        }),
      )
      f.branchIf(done, op('i64.ge_s', other, item))
      f.store('i64.store', elementAt(heap, position, 8), other)
      f.set(position, child)
      f.branch(again)
    }),
  )
  f.store('i64.store', elementAt(heap, position, 8), item)
}

interface Heap {
  readonly scratch: Local<'i32'>
  readonly k: Local<'i32'>
  readonly left: Local<'i32'>
  readonly item: Local<'i64'>
}

/** Takes all items, the worst first; `left` counts those that remain. */
function emptyHeap(
  f: FunctionBuilder,
  { scratch, k, left, item }: Heap,
  body: (item: Local<'i64'>) => void,
): void {
  const worst = f.local('i64')
  f.set(left, k)
  f.loop((again) => {
    f.add(left, -1)
    f.set(worst, load('i64.load', scratch))
    f.set(item, load('i64.load', elementAt(scratch, left, 8)))
    sink(f, scratch, left, item)
    body(worst)
    f.branchIf(again, op('i32.gt_s', left, i32(0)))
  })
}
