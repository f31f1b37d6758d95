import { attr } from '../attr.ts'
import { defineOp } from '../define.ts'
import { tensorFact } from '../fact.ts'
import { quantizedNumbers } from '../no-gradient.ts'
import { maybe, one } from '../param.ts'
import { checkScale } from '../shared/quantization.ts'
import { int4s } from '../types.ts'

/**
 * (x - x_zero_point) * x_scale in the type of the scale. One scale serves the tensor or a slice of `axis`.
 */
export const dequantizeLinear = defineOp({
  name: 'DequantizeLinear',
  domain: 'com.microsoft',
  since: [1],
  types: {
    T1: ['int8', 'uint8', 'int16', 'uint16', 'int32', ...int4s],
    T2: ['float16', 'float32'],
  },
  inputs: { x: one('T1'), x_scale: one('T2'), x_zero_point: maybe('T1') },
  outputs: { y: one('T2') },
  attrs: { axis: attr.int(1) },
  infer: ({ x, x_scale, x_zero_point }, { axis }) => {
    checkScale(x.shape, x_scale.shape, { axis, block_size: 0 })
    checkScale(x.shape, x_zero_point?.shape, { axis, block_size: 0 })
    return { y: tensorFact(x_scale.dtype, x.shape) }
  },
  reference: 'decomposed',
  gradient: quantizedNumbers,
  lower: {
    kind: 'decompose',
    build: (b, { x, x_scale, x_zero_point }, { axis }) => ({
      y: b.node('DequantizeLinear', [x, x_scale, x_zero_point], { axis }),
    }),
  },
})
