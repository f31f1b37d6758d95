/** Elements in memory, in the dtype's own storage, to and from registers. */
import { type DType, dtypeInfo, isHalf } from '../base/dtype.ts'
import { extractLane, type FunctionBuilder, i32, i32x4, load, type Operand, op } from '../wasm/index.ts'
import type { laneStores } from '../wasm/memory-instructions.ts'
import { narrowHalf, widenHalf } from './half-float.ts'
import { scalarType, vectorOp } from './register.ts'

type Vector = Operand<'v128'>
type Address = Operand<'i32'>

/** Bytes of an element. */
export const bytesOf = (dtype: DType): number => dtypeInfo(dtype).bits / 8

const signOf = (dtype: DType): 's' | 'u' => (dtypeInfo(dtype).kind === 'int' ? 's' : 'u')

/** Four neighbours as 32-bit lanes. Reads 16 bytes at most, those of the elements or behind them. */
export function loadVector(f: FunctionBuilder, dtype: DType, address: Address, offset = 0): Vector {
  return finishLoad(f, dtype, widened(dtype, address, offset))
}

function widened(dtype: DType, address: Address, offset: number): Vector {
  const sign = signOf(dtype)
  switch (bytesOf(dtype)) {
    case 1: {
      const bytes = load('v128.load32_zero', address, offset)
      return vectorOp(`i32x4.extend_low_i16x8_${sign}`, vectorOp(`i16x8.extend_low_i8x16_${sign}`, bytes))
    }
    case 2:
      return load(`v128.load16x4_${sign}`, address, offset)
    default:
      return load('v128.load', address, offset)
  }
}

/** One element in all four lanes. */
export function loadSplat(f: FunctionBuilder, dtype: DType, address: Address, offset = 0): Vector {
  if (bytesOf(dtype) === 4) return load('v128.load32_splat', address, offset)
  return finishLoad(f, dtype, op('i32x4.splat', narrowLoad(dtype, address, offset)))
}

function finishLoad(f: FunctionBuilder, dtype: DType, lanes: Vector): Vector {
  if (dtype === 'bool') return op('i32x4.ne', lanes, i32x4(0))
  return isHalf(dtype) ? widenHalf(f, dtype, lanes) : lanes
}

/** An element of one or two bytes, extended. */
function narrowLoad(dtype: DType, address: Address, offset: number): Operand<'i32'> {
  const sign = signOf(dtype)
  return bytesOf(dtype) === 1
    ? load(`i32.load8_${sign}`, address, offset)
    : load(`i32.load16_${sign}`, address, offset)
}

/** One element. */
export function loadScalar(f: FunctionBuilder, dtype: DType, address: Address, offset = 0): Operand {
  if (isHalf(dtype)) return extractLane('f32x4.extract_lane', loadSplat(f, dtype, address, offset), 0)
  if (dtype === 'bool') return op('i32.ne', load('i32.load8_u', address, offset), i32(0))
  const type = scalarType(dtype)!
  return bytesOf(dtype) < 4 ? narrowLoad(dtype, address, offset) : load(`${type}.load`, address, offset)
}

/** The bytes of four elements, one behind the other from lane 0 on. */
function packed(f: FunctionBuilder, dtype: DType, value: Vector): Vector {
  const lanes = isHalf(dtype)
    ? f.let(narrowHalf(f, dtype, value))
    : dtype === 'bool'
      ? f.let(op('v128.and', value, i32x4(1)))
      : f.let(value)
  if (bytesOf(dtype) === 4) return lanes
  // Signed saturation keeps what fits 16 bits; only 16-bit patterns with the highest bit set need the other.
  const sixteen = bytesOf(dtype) === 2 && signOf(dtype) === 'u' ? 'u' : 's'
  const pairs = f.let(vectorOp(`i16x8.narrow_i32x4_${sixteen}`, lanes, lanes))
  return bytesOf(dtype) === 2 ? pairs : f.let(vectorOp(`i8x16.narrow_i16x8_${signOf(dtype)}`, pairs, pairs))
}

/** Stores four neighbours. */
export function storeVector(
  f: FunctionBuilder,
  dtype: DType,
  address: Address,
  value: Vector,
  offset = 0,
): void {
  if (bytesOf(dtype) === 4) f.store('v128.store', address, value, offset)
  else {
    const name = bytesOf(dtype) === 2 ? 'v128.store64_lane' : 'v128.store32_lane'
    f.storeLane(name, address, packed(f, dtype, value), 0, offset)
  }
}

/** Stores the first `count` (1 to 3) of four lanes. */
export function storeFirst(
  f: FunctionBuilder,
  dtype: DType,
  address: Address,
  value: Vector,
  count: Operand<'i32'>,
): void {
  const bytes = bytesOf(dtype)
  const name = `v128.store${8 * bytes}_lane` as keyof typeof laneStores // 8, 16 or 32
  const lanes = packed(f, dtype, value)
  const put = (lane: number) => f.storeLane(name, address, lanes, lane, lane * bytes)
  put(0)
  f.if(op('i32.gt_s', count, i32(1)), () => {
    put(1)
    f.if(op('i32.gt_s', count, i32(2)), () => put(2))
  })
}

/** A lane of a vector as one element in its register. */
export function laneAsScalar(dtype: DType, vector: Vector, lane: number): Operand {
  if (scalarType(dtype) === 'f32') return extractLane('f32x4.extract_lane', vector, lane)
  const value = extractLane('i32x4.extract_lane', vector, lane)
  return dtype === 'bool' ? op('i32.and', value, i32(1)) : value
}

/** Stores one element. */
export function storeScalar(f: FunctionBuilder, dtype: DType, address: Address, value: Operand): void {
  if (isHalf(dtype)) {
    const pattern = narrowHalf(f, dtype, vectorOp('f32x4.splat', value))
    f.store('i32.store16', address, extractLane('i32x4.extract_lane', pattern, 0))
    return
  }
  const type = scalarType(dtype)!
  const bytes = bytesOf(dtype)
  const name = bytes < 4 ? (bytes === 1 ? 'i32.store8' : 'i32.store16') : (`${type}.store` as const)
  f.store(name, address, value as Operand<never>) // of the register type that `store` checks
}
