import { defineOp } from '../define.ts'
import { quantizedNumbers } from '../no-gradient.ts'
import {
  binaryInputs,
  binaryOutputs,
  binaryTypes,
  inferBinary,
  lowerBinary,
} from './shared/qlinear-binary.ts'
import { centre, zeroOf } from './shared/quantized-graph.ts'

/**
 * The product of two quantized tensors, quantized again, with broadcasting. In float32: the exact product of
 * the centred numbers times A_scale * B_scale / C_scale, plus the zero point; halves go to the even number.
 */
export const qlinearMul = defineOp({
  name: 'QLinearMul',
  domain: 'com.microsoft',
  since: [1],
  types: binaryTypes,
  inputs: binaryInputs,
  outputs: binaryOutputs,
  attrs: {},
  infer: inferBinary,
  reference: 'decomposed',
  gradient: quantizedNumbers,
  lower: lowerBinary((b, { A, A_scale, A_zero_point, B, B_scale, B_zero_point, C_scale, C_zero_point }) => {
    const scale = b.node('Div', [b.node('Mul', [A_scale, B_scale]), C_scale])
    const product = b.node('Mul', [centre(b, A, A_zero_point), centre(b, B, B_zero_point)])
    return b.node('Add', [b.node('Mul', [product, scale]), zeroOf(b, C_zero_point)])
  }),
})
