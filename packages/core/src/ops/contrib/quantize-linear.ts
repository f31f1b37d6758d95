import { attr } from '../attr.ts'
import { defineOp } from '../define.ts'
import { tensorFact } from '../fact.ts'
import { quantizedNumbers } from '../no-gradient.ts'
import { maybe, one } from '../param.ts'
import { checkScale } from '../shared/quantization.ts'
import { int4s } from '../types.ts'

/**
 * x / y_scale + y_zero_point in a narrow integer type (uint8 where there is no zero point), stopping at the
 * ends of its range. One scale serves the tensor or a slice of `axis`.
 */
export const quantizeLinear = defineOp({
  name: 'QuantizeLinear',
  domain: 'com.microsoft',
  since: [1],
  types: {
    T1: ['float16', 'float32'],
    T2: ['int8', 'uint8', 'int16', 'uint16', ...int4s],
  },
  inputs: { x: one('T1'), y_scale: one('T1'), y_zero_point: maybe('T2') },
  outputs: { y: one('T2') },
  attrs: { axis: attr.int(1) },
  infer: ({ x, y_scale, y_zero_point }, { axis }) => {
    checkScale(x.shape, y_scale.shape, { axis, block_size: 0 })
    checkScale(x.shape, y_zero_point?.shape, { axis, block_size: 0 })
    return { y: tensorFact(y_zero_point?.dtype ?? 'uint8', x.shape) }
  },
  reference: 'decomposed',
  gradient: quantizedNumbers,
  lower: {
    kind: 'decompose',
    build: (b, { x, y_scale, y_zero_point }, { axis }) => ({
      y: b.node('QuantizeLinear', [x, y_scale, y_zero_point], { axis }),
    }),
  },
})
