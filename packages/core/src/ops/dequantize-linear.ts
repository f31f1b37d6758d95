import type { DType } from '../base/dtype.ts'
import { wideZeros } from '../base/wide.ts'
import { attr } from './attr.ts'
import { defineOp } from './define.ts'
import { tensorFact } from './fact.ts'
import { dequantizeFormula, isPerTensor, lowerLinear } from './lower/linear-quantization.ts'
import { quantizedNumbers } from './no-gradient.ts'
import { maybe, one } from './param.ts'
import { dtypeOfAttr } from './shared/dtype-attr.ts'
import { outputDType } from './shared/output-dtype.ts'
import { checkScale, divisionType, scaleIndex } from './shared/quantization.ts'
import { float6s, float8s, int2s, int4s } from './types.ts'

const full = ['float32', 'float16', 'bfloat16'] as const

/**
 * (x - x_zero_point) * x_scale in output_dtype, or in the type of the scale (float32 for a float8e8m0
 * scale). One scale serves the tensor, a slice of `axis`, or a block of block_size elements along `axis`.
 */
export const dequantizeLinear = defineOp({
  name: 'DequantizeLinear',
  since: [10, 13, 19, 21, 23, 24, 25, 28],
  types: {
    T1: [
      ...float8s,
      ...int4s,
      ...int2s,
      ...float6s,
      'int8',
      'uint8',
      'int16',
      'uint16',
      'int32',
      'float4e2m1',
    ],
    T2: ['float32', 'float16', 'bfloat16', 'float8e8m0'],
    T3: full,
  },
  inputs: { x: one('T1'), x_scale: one('T2'), x_zero_point: maybe('T1') },
  outputs: { y: one('T3') },
  attrs: { output_dtype: attr.int(0), block_size: attr.int(0), axis: attr.int(1) },
  infer: ({ x, x_scale, x_zero_point }, attrs) => {
    checkScale(x.shape, x_scale.shape, attrs)
    checkScale(x.shape, x_zero_point?.shape, attrs)
    return { y: tensorFact(realType(x_scale.dtype, attrs.output_dtype), x.shape) }
  },
  reference: ({ x, x_scale, x_zero_point }, attrs, context) => {
    const y = wideZeros(outputDType(context), x.shape)
    const scaleAt = scaleIndex(x.shape, x_scale.shape, attrs)
    const zeroAt = scaleIndex(x.shape, x_zero_point?.shape ?? [], attrs)
    for (let i = 0; i < x.data.length; i++) {
      const zero = Number(x_zero_point?.data[zeroAt(i)] ?? 0)
      y.data[i] = (Number(x.data[i]) - zero) * Number(x_scale.data[scaleAt(i)])
    }
    return { y }
  },
  gradient: quantizedNumbers,
  lower: {
    kind: 'kernel',
    formula: ({ x, x_scale, x_zero_point }, { output_dtype }, refs) =>
      isPerTensor(refs.x, { scale: refs.x_scale, zero: refs.x_zero_point })
        ? dequantizeFormula(
            x,
            { scale: x_scale, zero: x_zero_point },
            realType(refs.x_scale.dtype, output_dtype),
          )
        : undefined,
    emit: ({ x, x_scale, x_zero_point }, { y }, attrs, context) =>
      lowerLinear(dequantizeFormula, x, y, { scale: x_scale, zero: x_zero_point }, attrs, context),
  },
})

function realType(scale: DType, code: number): DType {
  return code === 0 ? divisionType(scale) : dtypeOfAttr('output_dtype', code, full)
}
