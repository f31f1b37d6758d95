/** Elements as kernels move them: by their size alone, whatever they mean. */
import { type DType, dtypeInfo } from '../../base/dtype.ts'
import type { FunctionBuilder, Operand } from '../../wasm/index.ts'
import { load } from '../../wasm/index.ts'

/** Bytes that are moved together. */
export type Unit = 1 | 2 | 4 | 8 | 16

const wordLoads = {
  1: 'i32.load8_u',
  2: 'i32.load16_u',
  4: 'i32.load',
  8: 'i64.load',
  16: 'v128.load',
} as const
const wordStores = {
  1: 'i32.store8',
  2: 'i32.store16',
  4: 'i32.store',
  8: 'i64.store',
  16: 'v128.store',
} as const

/** Bytes of one element; undefined for strings, complex numbers and what is packed several to a byte. */
export function elementBytes(dtype: DType): 1 | 2 | 4 | 8 | undefined {
  const { bits, kind } = dtypeInfo(dtype)
  if (kind === 'complex') return undefined
  return bits === 8 ? 1 : bits === 16 ? 2 : bits === 32 ? 4 : bits === 64 ? 8 : undefined
}

/** Stores at `to` the unit that lies at `from`. */
export function moveUnit(
  f: FunctionBuilder,
  unit: Unit,
  to: Operand<'i32'>,
  from: Operand<'i32'>,
  [toOffset, fromOffset]: readonly [to: number, from: number] = [0, 0],
): void {
  f.store<'i32.store' | 'i64.store' | 'v128.store'>(
    wordStores[unit] as 'i32.store', // the instruction's own type, as below
    to,
    load(wordLoads[unit] as 'i32.load', from, fromOffset), // as above
    toOffset,
  )
}
