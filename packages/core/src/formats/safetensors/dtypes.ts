import type { DType } from '../../base/dtype.ts'

/** Element types as safetensors spells them, those of the strictest alignment first. */
export const safetensorsTypes = {
  U64: 'uint64',
  I64: 'int64',
  F64: 'float64',
  C64: 'complex64',
  F32: 'float32',
  U32: 'uint32',
  I32: 'int32',
  BF16: 'bfloat16',
  F16: 'float16',
  U16: 'uint16',
  I16: 'int16',
  F8_E8M0: 'float8e8m0',
  F8_E4M3: 'float8e4m3fn',
  F8_E5M2: 'float8e5m2',
  F8_E4M3FNUZ: 'float8e4m3fnuz',
  F8_E5M2FNUZ: 'float8e5m2fnuz',
  I8: 'int8',
  U8: 'uint8',
  BOOL: 'bool',
  F4: 'float4e2m1',
} as const satisfies Record<string, Exclude<DType, 'string'>>

export type SafetensorsType = keyof typeof safetensorsTypes

export function isSafetensorsType(text: unknown): text is SafetensorsType {
  return typeof text === 'string' && Object.hasOwn(safetensorsTypes, text)
}
