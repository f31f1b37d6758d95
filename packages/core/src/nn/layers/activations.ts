/** Activations as layers of `sequential`. */

import type { GeluOptions } from '../tensor/elementwise.ts'
import type { Tensor } from '../tensor/tensor.ts'

export const relu = (x: Tensor): Tensor => x.relu()
export const sigmoid = (x: Tensor): Tensor => x.sigmoid()
export const tanh = (x: Tensor): Tensor => x.tanh()
export const silu = (x: Tensor): Tensor => x.silu()
export const softplus = (x: Tensor): Tensor => x.softplus()
export const gelu =
  (options: GeluOptions = {}) =>
  (x: Tensor): Tensor =>
    x.gelu(options)
export const leakyRelu =
  (slope = 0.01) =>
  (x: Tensor): Tensor =>
    x.leakyRelu(slope)
export const softmax =
  (axis = -1) =>
  (x: Tensor): Tensor =>
    x.softmax(axis)
/** All axes but the first become one. */
export const flatten = (x: Tensor): Tensor => x.flatten(1)
