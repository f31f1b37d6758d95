/** Element types in the protocol's spelling, and tensors as the bytes that both protocols carry. */
import type { DType, Tensor } from '@slipway/core'

export const dtypes = {
  BOOL: 'bool',
  UINT8: 'uint8',
  UINT16: 'uint16',
  UINT32: 'uint32',
  UINT64: 'uint64',
  INT8: 'int8',
  INT16: 'int16',
  INT32: 'int32',
  INT64: 'int64',
  FP16: 'float16',
  BF16: 'bfloat16',
  FP32: 'float32',
  FP64: 'float64',
  BYTES: 'string',
} as const satisfies Record<string, DType>

export type Datatype = keyof typeof dtypes

export function isDatatype(text: string): text is Datatype {
  return Object.hasOwn(dtypes, text)
}

/** Little-endian and row-major; strings with their length before them. */
export function tensorBytes({ data }: Tensor): Uint8Array {
  if (ArrayBuffer.isView(data)) return new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
  return Buffer.concat(
    data.flatMap((text) => {
      const bytes = Buffer.from(text)
      const length = Buffer.alloc(4)
      length.writeUInt32LE(bytes.length)
      return [length, bytes]
    }),
  )
}
