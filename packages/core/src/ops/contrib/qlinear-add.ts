import { defineOp } from '../define.ts'
import { quantizedNumbers } from '../no-gradient.ts'
import {
  binaryInputs,
  binaryOutputs,
  binaryTypes,
  inferBinary,
  lowerBinary,
} from './shared/qlinear-binary.ts'
import { cast, zeroOf } from './shared/quantized-graph.ts'

/**
 * The sum of two quantized tensors, quantized again, with broadcasting. In float32: both scales over C_scale
 * first, then A and B times these onto what the zero points amount to; halves go to the even number.
 */
export const qlinearAdd = defineOp({
  name: 'QLinearAdd',
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
    const [a, c] = [b.node('Div', [A_scale, C_scale]), b.node('Div', [B_scale, C_scale])]
    const product = (x: string, ratio: string) => b.node('Mul', [x, ratio])
    const zeros = b.node('Add', [product(zeroOf(b, A_zero_point), a), product(zeroOf(b, B_zero_point), c)])
    const fixed = b.node('Sub', [zeroOf(b, C_zero_point), zeros])
    const first = b.node('Add', [product(cast(b, A, 'float32'), a), fixed])
    return b.node('Add', [product(cast(b, B, 'float32'), c), first])
  }),
})
