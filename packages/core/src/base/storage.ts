/** How kernels hold elements: whole bytes of 1, 2, 4 or 8. */
import { type DType, dtypeInfo, isComplex } from './dtype.ts'
import { elementCount, type Shape } from './shape.ts'

/** Bytes of one element in the memory of kernels; undefined for types that no kernel reads. */
export function storageBytes(dtype: DType): number | undefined {
  const { bits } = dtypeInfo(dtype)
  return bits >= 8 && !isComplex(dtype) ? bits / 8 : undefined
}

/** Bytes of a tensor in the memory of kernels. */
export function tensorBytes(dtype: DType, shape: Shape): number {
  return elementCount(shape) * (storageBytes(dtype) ?? 0)
}
