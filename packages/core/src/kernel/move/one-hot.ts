/** Elements put where indices point along a new axis. */
import { type DType, dtypeInfo } from '../../base/dtype.ts'
import type { Operand } from '../../wasm/index.ts'
import { f64, i32, load, op } from '../../wasm/index.ts'
import type { Kernel, Place } from '../kernel.ts'
import type { LowerContext } from '../lower.ts'
import { moveUnit } from './element.ts'
import { forEachItem, itemParams, shareItems } from './items.ts'

export interface HotElements {
  readonly to: Place
  /** The element that is put. */
  readonly value: Place
  readonly elementBytes: 1 | 2 | 4 | 8
  readonly indices: Place
  readonly indexType: DType
  readonly count: number
  /** Size of the new axis, and the number of elements that it goes around. */
  readonly depth: number
  readonly inner: number
}

const params = {
  value: 'in',
  indices: 'in',
  to: 'inout',
  depth: 'i32',
  inner: 'i32',
  ...itemParams,
} as const

/** True for dtypes whose elements can be read as indices: integers of any size and 32-bit floats or wider. */
export function isHotIndex(dtype: DType): boolean {
  const { kind, bits } = dtypeInfo(dtype)
  return kind === 'float'
    ? bits >= 32
    : (kind === 'int' || kind === 'uint') && bits >= 8 && dtype !== 'uint64'
}

/** Adds the call. Negative indices count from the end, fractions are cut off, and an index outside puts nothing. */
export function putHot(context: LowerContext, hot: HotElements): void {
  const { to, value, elementBytes, indices, indexType, count, depth, inner } = hot
  if (count * depth === 0) return
  const { args, tasks } = shareItems(count, 1 << 13)
  context.call(kernelFor(elementBytes, indexType), { value, indices, to, depth, inner, ...args }, tasks)
}

function kernelFor(unit: 1 | 2 | 4 | 8, type: DType): Kernel<typeof params> {
  return {
    key: `one-hot-${unit}-${type}`,
    params,
    emit(k) {
      const { f, arg } = k
      const [depth, inner, value] = [f.let(arg('depth')), f.let(arg('inner')), f.let(arg('value'))]
      const size = f.let(op('f64.convert_i32_u', depth))
      const bytes = dtypeInfo(type).bits / 8
      forEachItem(k, (item) => {
        const at = op('i32.add', arg('indices'), op('i32.mul', item, i32(bytes)))
        const index = f.let(op('f64.trunc', readNumber(type, at)))
        f.if(op('f64.lt', index, f64(0)), () => f.set(index, op('f64.add', index, size)))
        f.if(op('i32.and', op('f64.ge', index, f64(0)), op('f64.lt', index, size)), () => {
          const outer = op('i32.mul', op('i32.div_u', item, inner), depth)
          const row = op('i32.add', outer, op('i32.trunc_sat_f64_s', index))
          const place = op('i32.add', op('i32.mul', row, inner), op('i32.rem_u', item, inner))
          moveUnit(f, unit, op('i32.add', arg('to'), op('i32.mul', place, i32(unit))), value)
        })
      })
    },
  }
}

/** An element as a float64; integers beyond 2^53 are no positions, and stay far from any when rounded. */
function readNumber(type: DType, at: Operand<'i32'>): Operand<'f64'> {
  const { kind, bits } = dtypeInfo(type)
  const sign = kind === 'uint' ? 'u' : 's'
  if (kind === 'float')
    return bits === 64 ? load('f64.load', at) : op('f64.promote_f32', load('f32.load', at))
  if (bits === 64) return op('f64.convert_i64_s', load('i64.load', at))
  const word =
    bits === 8
      ? load(`i32.load8_${sign}`, at)
      : bits === 16
        ? load(`i32.load16_${sign}`, at)
        : load('i32.load', at)
  return op(sign === 'u' ? 'f64.convert_i32_u' : 'f64.convert_i32_s', word)
}
