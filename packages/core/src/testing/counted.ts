import type { DType } from '../base/dtype.ts'
import { elementCount, type Shape } from '../base/shape.ts'
import type { Tensor } from '../base/tensor.ts'
import { flat } from './literals.ts'

/** A tensor whose neighbours all differ, so that an element in the wrong place shows. */
export function counted(dtype: DType, shape: Shape): Tensor {
  const list = Array.from({ length: elementCount(shape) }, (_, i) => (i * 37 + 5) % 251)
  return flat(dtype, shape, dtype === 'int8' ? list.map((item) => item - 125) : list)
}
