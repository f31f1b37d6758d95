import type { DType } from '../base/dtype.ts'
import { roundFloat } from '../base/round-float.ts'
import { type WideTensor, wideZeros } from '../base/wide.ts'
import { attr } from './attr.ts'
import { defineOp } from './define.ts'
import { tensorFact } from './fact.ts'
import { isPerTensor, lowerLinear, quantizeFormula } from './lower/linear-quantization.ts'
import { quantizedNumbers } from './no-gradient.ts'
import { maybe, one } from './param.ts'
import { refuse } from './refuse.ts'
import { dtypeOfAttr } from './shared/dtype-attr.ts'
import { floatsOf } from './shared/elements.ts'
import { outputDType } from './shared/output-dtype.ts'
import { checkScale, divisionType, type Granularity, quantize, scaleIndex } from './shared/quantization.ts'
import { float6s, float8s, int2s, int4s } from './types.ts'

const quantized = [
  ...float8s,
  ...int4s,
  ...int2s,
  ...float6s,
  'int8',
  'uint8',
  'int16',
  'uint16',
  'float4e2m1',
] as const
const divisible = ['float32', 'float16', 'bfloat16'] as const

/**
 * x / y_scale + y_zero_point in a narrow type, stopping at the ends of its range. One scale serves the
 * tensor, a slice of `axis`, or a block of block_size elements along `axis`. The quotient is rounded to
 * `precision`, or to the type of the scale (float32 for int32 and float8e8m0 scales), then half to even.
 */
export const quantizeLinear = defineOp({
  name: 'QuantizeLinear',
  since: [10, 13, 19, 21, 23, 24, 25, 28],
  types: {
    T1: ['float32', 'float16', 'bfloat16', 'int32'],
    T2: ['float32', 'float16', 'bfloat16', 'int32', 'float8e8m0'],
    T3: quantized,
  },
  inputs: { x: one('T1'), y_scale: one('T2'), y_zero_point: maybe('T3') },
  outputs: { y: one('T3') },
  attrs: {
    precision: attr.int(0),
    output_dtype: attr.int(0),
    block_size: attr.int(0),
    saturate: attr.int(1),
    axis: attr.int(1),
  },
  traits: ['quantization'],
  infer: ({ x, y_scale, y_zero_point }, attrs) => {
    checkScale(x.shape, y_scale.shape, attrs)
    checkScale(x.shape, y_zero_point?.shape, attrs)
    precisionOf(attrs.precision, y_scale.dtype)
    return { y: tensorFact(outputType(y_zero_point, attrs.output_dtype), x.shape) }
  },
  reference: ({ x, y_scale, y_zero_point }, attrs, context) => ({
    y: quantizeAll(x, y_scale, y_zero_point, {
      axis: attrs.axis,
      block_size: attrs.block_size,
      saturate: attrs.saturate !== 0,
      precision: precisionOf(attrs.precision, y_scale.dtype),
      dtype: outputDType(context),
    }),
  }),
  gradient: quantizedNumbers,
  lower: {
    kind: 'kernel',
    formula: ({ x, y_scale, y_zero_point }, { precision, output_dtype }, refs) =>
      precision === 0 && isPerTensor(refs.x, { scale: refs.y_scale, zero: refs.y_zero_point })
        ? quantizeFormula(
            x,
            { scale: y_scale, zero: y_zero_point },
            outputType(refs.y_zero_point, output_dtype),
          )
        : undefined,
    emit: ({ x, y_scale, y_zero_point }, { y }, attrs, context) =>
      attrs.precision === 0
        ? lowerLinear(quantizeFormula, x, y, { scale: y_scale, zero: y_zero_point }, attrs, context)
        : 'another precision than that of the scale',
  },
})

function precisionOf(code: number, scale: DType): DType {
  return code === 0 ? divisionType(scale) : dtypeOfAttr('precision', code, divisible)
}

function outputType(zeroPoint: { readonly dtype: DType } | undefined, code: number): DType {
  const named = code === 0 ? undefined : dtypeOfAttr('output_dtype', code, quantized)
  if (zeroPoint && named && zeroPoint.dtype !== named) {
    return refuse(`output_dtype must be the type of y_zero_point, ${zeroPoint.dtype}`, named)
  }
  return zeroPoint?.dtype ?? named ?? 'uint8'
}

interface QuantizeOptions extends Granularity {
  readonly saturate: boolean
  readonly precision: DType
  readonly dtype: DType
}

function quantizeAll(
  x: WideTensor,
  scale: WideTensor,
  zeroPoint: WideTensor | undefined,
  options: QuantizeOptions,
): WideTensor {
  const { precision, dtype, saturate } = options
  const y = wideZeros(dtype, x.shape)
  const scaleAt = scaleIndex(x.shape, scale.shape, options)
  const zeroAt = scaleIndex(x.shape, zeroPoint?.shape ?? [], options)
  const round = (value: number) => roundFloat(precision, value)
  const values = floatsOf(x).map(round)
  const scales = floatsOf(scale).map(round)
  for (let i = 0; i < values.length; i++) {
    const quotient = round(values[i]! / scales[scaleAt(i)]!)
    y.data[i] = quantize(dtype, quotient, Number(zeroPoint?.data[zeroAt(i)] ?? 0), saturate)
  }
  return y
}
