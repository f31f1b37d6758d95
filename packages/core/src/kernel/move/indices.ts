/** Indices that a run computes: negative ones count from the end, and one outside ends the run. */
import type { DType } from '../../base/dtype.ts'
import type { FunctionBuilder, Local, Operand } from '../../wasm/index.ts'
import { i32, i64, load, op, select } from '../../wasm/index.ts'

export type IndexType = 'int32' | 'int64'

/** Undefined for what is no index. */
export function indexTypeOf(dtype: DType): IndexType | undefined {
  return dtype === 'int32' || dtype === 'int64' ? dtype : undefined
}

export const indexBytes = { int32: 4, int64: 8 } as const

/** The index at `address` as one in [0, size); negative ones are outside unless they count from the end. */
export function loadIndex(
  f: FunctionBuilder,
  type: IndexType,
  address: Operand<'i32'>,
  size: Operand<'i32'>,
  fromEnd = true,
): Local<'i32'> {
  if (type === 'int32') {
    const index = f.let(load('i32.load', address))
    if (fromEnd) f.set(index, op('i32.add', index, select(size, i32(0), op('i32.lt_s', index, i32(0)))))
    f.if(op('i32.ge_u', index, size), () => f.unreachable())
    return index
  }
  const whole = f.let(op('i64.extend_i32_u', size))
  const index = f.let(load('i64.load', address))
  if (fromEnd) f.set(index, op('i64.add', index, select(whole, i64(0n), op('i64.lt_s', index, i64(0n)))))
  f.if(op('i64.ge_u', index, whole), () => f.unreachable())
  return f.let(op('i32.wrap_i64', index))
}

/** The address of the index of that number. */
export function indexAt(type: IndexType, start: Operand<'i32'>, number: Operand<'i32'>): Operand<'i32'> {
  return op('i32.add', start, op('i32.shl', number, i32(type === 'int32' ? 2 : 3)))
}
