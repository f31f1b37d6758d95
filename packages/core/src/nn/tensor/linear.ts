/** Methods of linear algebra. */
import { apply } from './apply.ts'
import { operands } from './operand.ts'
import type { Tensor } from './tensor.ts'

export interface Linear {
  /** The product of matrices, with broadcasting over the leading axes; a 1-D operand is a row or a column. */
  matmul(other: Tensor): Tensor
  /** The determinant of square matrices. */
  det(): Tensor
}

export const linear: Linear & ThisType<Tensor> = {
  matmul(other) {
    return this.derive(apply('MatMul', operands(this, other)))
  },
  det() {
    return this.derive(apply('Det', [this.cell]))
  },
}
