import type { DType } from '../base/dtype.ts'
import type { Shape } from '../base/shape.ts'
import { arrayOf, dataLength, type Tensor, tensor } from '../base/tensor.ts'

/**
 * A tensor over little-endian bytes of exactly its length: in place where their alignment allows it, else over a
 * copy.
 */
export function tensorOverBytes(dtype: Exclude<DType, 'string'>, shape: Shape, bytes: Uint8Array): Tensor {
  const Data = arrayOf(dtype)
  const aligned = bytes.byteOffset % Data.BYTES_PER_ELEMENT === 0
  const source = aligned ? bytes : new Uint8Array(bytes)
  const data = new Data(source.buffer as ArrayBuffer, source.byteOffset, dataLength(dtype, shape)) // never shared memory: bytes come from a file
  return tensor(dtype, shape, data as never) // the class was chosen by dtype
}
