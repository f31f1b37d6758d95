/** Numbers at equal distances. */
import type { DType } from '../../base/dtype.ts'
import type { FunctionBuilder, Local, Operand } from '../../wasm/index.ts'
import { i32, load, op } from '../../wasm/index.ts'
import type { Kernel, Place } from '../kernel.ts'
import type { LowerContext } from '../lower.ts'
import { forEachItem, itemParams, shareItems } from './items.ts'

const params = { start: 'in', delta: 'in', to: 'out', ...itemParams } as const

type RangeType = 'float32' | 'float64' | 'int64' | 'int32' | 'int16'
const elementSizes: Readonly<Record<RangeType, number>> = {
  float32: 4,
  float64: 8,
  int64: 8,
  int32: 4,
  int16: 2,
}

/** True for dtypes that ranges are made of. */
export function isRangeType(dtype: DType): dtype is RangeType {
  return dtype in elementSizes
}

/** Adds the call: start + i · delta, in float64 or int64, rounded once. */
export function fillRange(
  context: LowerContext,
  {
    start,
    delta,
    to,
    dtype,
    count,
  }: { start: Place; delta: Place; to: Place; dtype: RangeType; count: number },
): void {
  if (count === 0) return
  const { args, tasks } = shareItems(count, 1 << 14)
  context.call(kernelFor(dtype), { start, delta, to, ...args }, tasks)
}

function kernelFor(type: RangeType): Kernel<typeof params> {
  const isFloat = type === 'float32' || type === 'float64'
  return {
    key: `range-${type}`,
    params,
    emit(k) {
      const { f, arg } = k
      const to = f.let(arg('to'))
      const target = (item: Local<'i32'>) => op('i32.add', to, op('i32.mul', item, i32(elementSizes[type])))
      if (isFloat) {
        const [start, delta] = [f.let(readFloat(type, arg('start'))), f.let(readFloat(type, arg('delta')))]
        forEachItem(k, (item) => {
          const value = op('f64.add', start, op('f64.mul', op('f64.convert_i32_u', item), delta))
          if (type === 'float64') f.store('f64.store', target(item), value)
          else f.store('f32.store', target(item), op('f32.demote_f64', value))
        })
        return
      }
      const [start, delta] = [f.let(readInteger(type, arg('start'))), f.let(readInteger(type, arg('delta')))]
      forEachItem(k, (item) => {
        const value = op('i64.add', start, op('i64.mul', op('i64.extend_i32_u', item), delta))
        storeInteger(f, type, target(item), value)
      })
    },
  }
}

function readFloat(type: 'float32' | 'float64', at: Operand<'i32'>): Operand<'f64'> {
  return type === 'float64' ? load('f64.load', at) : op('f64.promote_f32', load('f32.load', at))
}

type IntegerType = Exclude<RangeType, 'float32' | 'float64'>

function readInteger(type: IntegerType, at: Operand<'i32'>): Operand<'i64'> {
  return load(type === 'int64' ? 'i64.load' : type === 'int32' ? 'i64.load32_s' : 'i64.load16_s', at)
}

function storeInteger(
  f: FunctionBuilder,
  type: IntegerType,
  at: Operand<'i32'>,
  value: Operand<'i64'>,
): void {
  f.store(type === 'int64' ? 'i64.store' : type === 'int32' ? 'i64.store32' : 'i64.store16', at, value)
}
