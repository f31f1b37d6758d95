/** Dropout. */
import { type Module, module } from '../module.ts'
import { randomUniform } from '../tensor/random.ts'
import type { Tensor } from '../tensor/tensor.ts'

/**
 * While training, sets each element to zero with probability `p`, and scales the others by 1 / (1 - p) (Srivastava et
 * al., 2014). Afterwards it does nothing.
 */
export function dropout(p = 0.5): Module<[x: Tensor], Tensor> {
  return module('dropout', {}, ({ training }, x: Tensor) => {
    if (!training || p === 0) return x
    const kept = randomUniform(x).greaterEqual(p)
    return x.mul(1 / (1 - p)).where(kept, 0)
  })
}
