/** Element types in the protocol's spelling. */
import type { DType } from '@slipway/core'

const table = {
  BOOL: { dtype: 'bool', sizeBytes: 1 },
  UINT8: { dtype: 'uint8', sizeBytes: 1 },
  UINT16: { dtype: 'uint16', sizeBytes: 2 },
  UINT32: { dtype: 'uint32', sizeBytes: 4 },
  UINT64: { dtype: 'uint64', sizeBytes: 8 },
  INT8: { dtype: 'int8', sizeBytes: 1 },
  INT16: { dtype: 'int16', sizeBytes: 2 },
  INT32: { dtype: 'int32', sizeBytes: 4 },
  INT64: { dtype: 'int64', sizeBytes: 8 },
  FP16: { dtype: 'float16', sizeBytes: 2 },
  BF16: { dtype: 'bfloat16', sizeBytes: 2 },
  FP32: { dtype: 'float32', sizeBytes: 4 },
  FP64: { dtype: 'float64', sizeBytes: 8 },
  /** Each element is as long as it is. */
  BYTES: { dtype: 'string', sizeBytes: 0 },
} as const satisfies Record<string, { readonly dtype: DType; readonly sizeBytes: number }>

export type Datatype = keyof typeof table
/** The dtypes that the protocol can carry. */
export type ServedDType = (typeof table)[Datatype]['dtype']

export const datatypes = Object.keys(table) as readonly Datatype[] // keys of a literal object

export function isDatatype(text: string): text is Datatype {
  return Object.hasOwn(table, text)
}

export function dtypeOf(datatype: Datatype): ServedDType {
  return table[datatype].dtype
}

/** Bytes of one element; 0 for BYTES. */
export function elementBytes(datatype: Datatype): number {
  return table[datatype].sizeBytes
}

/** The protocol's name of a dtype; undefined where it has none. */
export function tryDatatypeOf(dtype: DType): Datatype | undefined {
  return datatypes.find((name) => table[name].dtype === dtype)
}

/** FP16 and BF16 travel as bytes only: JSON numbers would not say how they were rounded. */
export function isBinaryOnly(datatype: Datatype): boolean {
  return datatype === 'FP16' || datatype === 'BF16'
}
