import type { Shape } from '../base/shape.ts'
import type { Tensor } from '../base/tensor.ts'

/** ONNX's coordinate form: `indices` is int64 [NNZ] (linear) or [NNZ, rank]; `values` is [NNZ]. */
export interface SparseTensor {
  readonly kind: 'sparse'
  readonly shape: Shape
  readonly values: Tensor
  readonly indices: Tensor<'int64'>
}
