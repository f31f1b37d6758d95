/** Tensors of made-up values. */
import { elementCount, type Tensor, tensor } from '@slipway/core'
import type { Datatype } from '@slipway/server/client'

/** Floats from 0 to 1, bytes of pictures, and for other integers 0 or 1: a mask and an index of any table. */
export function randomTensor(datatype: Datatype, shape: readonly number[], next: () => number): Tensor {
  const count = elementCount(shape)
  const bit = () => Math.floor(next() * 2)
  const fill = (value: () => number) => Array.from({ length: count }, value)
  switch (datatype) {
    case 'FP32':
      return tensor('float32', shape, Float32Array.from(fill(next)))
    case 'FP64':
      return tensor('float64', shape, Float64Array.from(fill(next)))
    // Bit patterns below that of 1 are the floats from 0 to 1.
    case 'FP16':
      return tensor('float16', shape, Uint16Array.from(fill(() => next() * 0x3c00)))
    case 'BF16':
      return tensor('bfloat16', shape, Uint16Array.from(fill(() => next() * 0x3f80)))
    case 'UINT8':
      return tensor('uint8', shape, Uint8Array.from(fill(() => next() * 256)))
    case 'BOOL':
      return tensor('bool', shape, Uint8Array.from(fill(bit)))
    case 'UINT16':
      return tensor('uint16', shape, Uint16Array.from(fill(bit)))
    case 'UINT32':
      return tensor('uint32', shape, Uint32Array.from(fill(bit)))
    case 'UINT64':
      return tensor('uint64', shape, BigUint64Array.from(fill(bit), BigInt))
    case 'INT8':
      return tensor('int8', shape, Int8Array.from(fill(bit)))
    case 'INT16':
      return tensor('int16', shape, Int16Array.from(fill(bit)))
    case 'INT32':
      return tensor('int32', shape, Int32Array.from(fill(bit)))
    case 'INT64':
      return tensor('int64', shape, BigInt64Array.from(fill(bit), BigInt))
    case 'BYTES':
      return tensor(
        'string',
        shape,
        fill(bit).map((value) => `text ${value}`),
      )
    default:
      return datatype satisfies never
  }
}
