/** How elements of each dtype lie in registers while kernels compute: one number, or four 32-bit lanes of a vector. */
import { type DType, dtypeInfo } from '../base/dtype.ts'
import type { Operand } from '../wasm/index.ts'
import { i32, op } from '../wasm/index.ts'
import type { InstructionName } from '../wasm/instructions.ts'

export type ScalarType = 'f32' | 'f64' | 'i32' | 'i64'

/**
 * The register type of one element; undefined for dtypes that kernels do not compute with. Half floats are computed as
 * float32 and rounded when stored or converted; small integers are sign- or zero-extended; bool is 0 or 1, in vectors a
 * mask.
 */
export function scalarType(dtype: DType): ScalarType | undefined {
  const { kind, bits } = dtypeInfo(dtype)
  if (dtype === 'bool') return 'i32'
  if (kind === 'float') return bits === 64 ? 'f64' : bits >= 16 ? 'f32' : undefined
  if (kind === 'int' || kind === 'uint') return bits === 64 ? 'i64' : bits >= 8 ? 'i32' : undefined
  return undefined
}

/** True where four elements fit a vector as 32-bit lanes. */
export function has32BitLanes(dtype: DType): boolean {
  const type = scalarType(dtype)
  return type === 'f32' || type === 'i32'
}

/** True for int8 to int64. */
export const isSigned = (dtype: DType): boolean => dtypeInfo(dtype).kind === 'int'

/** An instruction whose name is put together from parts; operand types are checked when it is called. */
export const dynamicOp = op as (name: InstructionName, ...operands: readonly Operand[]) => Operand // checks by itself

/** Four lanes computed by an instruction whose name is put together. */
export const vectorOp = dynamicOp as (
  name: InstructionName,
  ...operands: readonly Operand[]
) => Operand<'v128'> // of instructions on vectors

/** An i32 cut to the width of its dtype and extended again. */
export function wrapScalar(x: Operand<'i32'>, dtype: DType): Operand<'i32'> {
  const { kind, bits } = dtypeInfo(dtype)
  if (bits === 32 || dtype === 'bool') return x
  if (kind === 'uint') return op('i32.and', x, i32(2 ** bits - 1))
  return bits === 8 ? op('i32.extend8_s', x) : op('i32.extend16_s', x)
}

/** The same for four lanes. */
export function wrapVector(x: Operand<'v128'>, dtype: DType): Operand<'v128'> {
  const { kind, bits } = dtypeInfo(dtype)
  if (bits === 32 || dtype === 'bool') return x
  const rest = i32(32 - bits)
  const up = op('i32x4.shl', x, rest)
  return kind === 'uint' ? op('i32x4.shr_u', up, rest) : op('i32x4.shr_s', up, rest)
}
