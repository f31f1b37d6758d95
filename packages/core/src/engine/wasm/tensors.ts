/** Tensors between the host and the memory of kernels. */

import type { DType } from '../../base/dtype.ts'
import { elementCount } from '../../base/shape.ts'
import { arrayOf, dataLength, type NumericData, type Tensor, tensor } from '../../base/tensor.ts'

/** Copies a tensor's elements to an address. */
export function writeTensor(memory: Uint8Array, address: number, value: Tensor): void {
  const data = value.data as NumericData // kernels hold no strings
  memory.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), address)
}

/** A copy that shares no memory. */
export function ownTensor(source: Tensor): Tensor {
  if (Array.isArray(source.data)) return { ...source, data: [...source.data] } as Tensor // strings stay strings
  const Data = arrayOf(source.dtype as Exclude<DType, 'string'>) // as was just ruled out
  return tensor(source.dtype, source.shape, new Data(source.data as never) as never) // the array of the dtype
}

/** A tensor of its own with the elements at an address. */
export function readTensor(
  memory: Uint8Array,
  address: number,
  dtype: DType,
  shape: readonly number[],
  into?: NumericData,
): Tensor {
  const Data = arrayOf(dtype as Exclude<DType, 'string'>) // as above
  const length = elementCount(shape) === 0 ? 0 : dataLength(dtype, shape)
  const bytes = memory.subarray(address, address + length * Data.BYTES_PER_ELEMENT)
  const data = into ?? new Data(length)
  new Uint8Array(data.buffer, data.byteOffset, data.byteLength).set(bytes)
  return tensor(dtype, shape, data as never) // the array of the dtype
}
