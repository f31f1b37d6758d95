/** The search for positions of extremes on vectors of four. */
import type { DType } from '../../base/dtype.ts'
import type { FunctionBuilder, Local, Operand } from '../../wasm/index.ts'
import { extractLane, i32, i32x4, load, op } from '../../wasm/index.ts'
import { forEachItem } from '../move/items.ts'
import { least } from '../move/rows.ts'
import { type ArgKernel, beats, type Extreme } from './arg-order.ts'
import { elementAt } from './lines.ts'

type Vector = Local<'v128'>

/** Lanes where x takes the place of the best so far. */
function beatsLanes(dtype: DType, { side, isLast }: Extreme, x: Vector, best: Vector): Operand<'v128'> {
  const isMax = side === 'max'
  if (dtype === 'int32')
    return isLast
      ? op(`i32x4.${isMax ? 'ge' : 'le'}_s`, x, best)
      : op(`i32x4.${isMax ? 'gt' : 'lt'}_s`, x, best)
  const how = isLast ? (isMax ? 'lt' : 'gt') : isMax ? 'le' : 'ge'
  const wins = op('v128.not', op(`f32x4.${how}`, x, best))
  const isOpen = op('f32x4.eq', best, best)
  return op('v128.and', wins, isLast ? op('v128.or', isOpen, op('f32x4.ne', x, x)) : isOpen)
}

/** Takes what is better in each lane, with its position. */
function keepBetter(
  f: FunctionBuilder,
  mask: Vector,
  pairs: readonly (readonly [kept: Vector, offered: Vector])[],
): void {
  for (const [kept, offered] of pairs) f.set(kept, op('v128.bitselect', offered, kept, mask))
}

/** Four neighbouring lines at once; the last four reach back over their neighbours. */
export function emitColumns(k: ArgKernel, dtype: DType, extreme: Extreme): void {
  const { f, arg } = k
  const [from, to, size, inner] = [
    f.let(arg('from')),
    f.let(arg('to')),
    f.let(arg('size')),
    f.let(arg('inner')),
  ]
  const blocks = f.let(op('i32.shr_u', op('i32.add', inner, i32(3)), i32(2)))
  const last = f.let(op('i32.sub', inner, i32(4)))
  const step = f.let(op('i32.shl', inner, i32(2)))
  const [column, at] = [f.local('i32'), f.local('i32')]
  const [best, positions, x] = [f.local('v128'), f.local('v128'), f.local('v128')]
  const [index, mask] = [f.local('v128'), f.local('v128')]
  forEachItem(k, (item) => {
    const outer = f.let(op('i32.div_u', item, blocks))
    f.set(column, op('i32.shl', op('i32.rem_u', item, blocks), i32(2)))
    f.set(column, least(column, last))
    const first = op('i32.add', op('i32.mul', op('i32.mul', outer, size), inner), column)
    f.set(at, elementAt(from, first, 4))
    f.set(best, load('v128.load', at))
    f.set(positions, i32x4(0))
    f.set(index, i32x4(0))
    f.repeat(size, () => {
      f.set(x, load('v128.load', at))
      f.set(mask, beatsLanes(dtype, extreme, x, best))
      keepBetter(f, mask, [
        [best, x],
        [positions, index],
      ])
      f.set(index, op('i32x4.add', index, i32x4(1)))
      f.add(at, step)
    })
    const target = f.let(elementAt(to, op('i32.add', op('i32.mul', outer, inner), column), 8))
    f.store('v128.store', target, op('i64x2.extend_low_i32x4_u', positions))
    f.store('v128.store', target, op('i64x2.extend_high_i32x4_u', positions), 16)
  })
}

export interface RowSearch {
  /** Where the row starts; left behind the last whole vector, as is `index`. */
  readonly at: Local<'i32'>
  readonly size: Local<'i32'>
  readonly index: Local<'i32'>
  readonly best: Local<'f32'>
  readonly position: Local<'i32'>
}

/** The whole vectors of a row of four elements or more. */
export function emitVectorRow(f: FunctionBuilder, extreme: Extreme, row: RowSearch): void {
  const { at, size, index, best, position } = row
  const [lanes, positions] = [f.let(load('v128.load', at)), f.let(i32x4(0, 1, 2, 3))]
  const [x, mask] = [f.local('v128'), f.local('v128')]
  const next = f.let(i32x4(0, 1, 2, 3))
  f.repeat(op('i32.shr_u', size, i32(2)), () => {
    f.set(x, load('v128.load', at))
    f.set(mask, beatsLanes('float32', extreme, x, lanes))
    keepBetter(f, mask, [
      [lanes, x],
      [positions, next],
    ])
    f.set(next, op('i32x4.add', next, i32x4(4)))
    f.add(at, 16)
  })
  f.set(index, op('i32.and', size, i32(-4)))
  f.set(best, extractLane('f32x4.extract_lane', lanes, 0))
  f.set(position, extractLane('i32x4.extract_lane', positions, 0))
  const first: Extreme = { side: extreme.side, isLast: false }
  for (let lane = 1; lane < 4; lane++) {
    const other = f.let(extractLane('f32x4.extract_lane', lanes, lane))
    const place = f.let(extractLane('i32x4.extract_lane', positions, lane))
    const isNearer = op(extreme.isLast ? 'i32.gt_u' : 'i32.lt_u', place, position)
    const isEqual = op('i32.eqz', beats('float32', first, best, other))
    const wins = op('i32.or', beats('float32', first, other, best), op('i32.and', isEqual, isNearer))
    f.if(wins, () => {
      f.set(best, other)
      f.set(position, place)
    })
  }
}
