import { roundFloat } from '../base/round-float.ts'
import { type WideTensor, wideZeros } from '../base/wide.ts'
import { defineOp } from './define.ts'
import { tensorFact } from './fact.ts'
import { lowerIntegerMatmul } from './lower/quantized-matmul.ts'
import { quantizedNumbers } from './no-gradient.ts'
import { one } from './param.ts'
import { floatsOf } from './shared/elements.ts'
import { matmul, matmulShape } from './shared/matmul.ts'
import { quantize } from './shared/quantization.ts'
import { alongSide, centred, checkSide, type Side } from './shared/quantized-matmul.ts'
import { float8s } from './types.ts'

const quantized = [...float8s, 'int8', 'uint8'] as const

/**
 * The product of two quantized matrices, quantized again. Scales and zero points are scalars, or one per row
 * of a and one per column of b. The factor a_scale * b_scale / y_scale is rounded to the type of the scales,
 * the scaled sums half to even.
 */
export const qlinearMatmul = defineOp({
  name: 'QLinearMatMul',
  since: [10, 21],
  types: { TS: ['float32', 'float16', 'bfloat16'], T1: quantized, T2: quantized, T3: quantized },
  inputs: {
    a: one('T1'),
    a_scale: one('TS'),
    a_zero_point: one('T1'),
    b: one('T2'),
    b_scale: one('TS'),
    b_zero_point: one('T2'),
    y_scale: one('TS'),
    y_zero_point: one('T3'),
  },
  outputs: { y: one('T3') },
  attrs: {},
  infer: ({ a, a_scale, a_zero_point, b, b_scale, b_zero_point, y_scale, y_zero_point }) => {
    checkSide('a_scale', a, a_scale, 'rows')
    checkSide('a_zero_point', a, a_zero_point, 'rows')
    checkSide('b_scale', b, b_scale, 'columns')
    checkSide('b_zero_point', b, b_zero_point, 'columns')
    const product = tensorFact(y_zero_point.dtype, matmulShape(a.shape, b.shape))
    checkSide('y_scale', product, y_scale, 'columns')
    checkSide('y_zero_point', product, y_zero_point, 'columns')
    return { y: product }
  },
  reference: (
    { a, a_scale, a_zero_point, b, b_scale, b_zero_point, y_scale, y_zero_point },
    _attrs,
    context,
  ) => {
    const sums = matmul(
      centred(a, a_zero_point, 'rows'),
      centred(b, b_zero_point, 'columns'),
      'float64',
      context,
    )
    const along = (parameter: WideTensor, side: Side) => alongSide(parameter, sums.shape, side)
    // A 1-D b leaves no columns, and the rows become the last axis.
    const rows = along(a_scale, b.shape.length === 1 ? 'columns' : 'rows')
    const columns = along(b_scale, 'columns')
    const [scales, zeros] = [along(y_scale, 'columns'), along(y_zero_point, 'columns')]
    const y = wideZeros(y_zero_point.dtype, sums.shape)
    floatsOf(sums).forEach((sum, i) => {
      const product = roundFloat(a_scale.dtype, rows[i]! * columns[i]!)
      const factor = roundFloat(a_scale.dtype, product / scales[i]!)
      y.data[i] = quantize(y.dtype, sum * factor, zeros[i]!)
    })
    return { y }
  },
  gradient: quantizedNumbers,
  lower: {
    kind: 'kernel',
    emit: ({ a, b, ...parameters }, { y }, _attrs, context) => {
      const { a_scale, a_zero_point, b_scale, b_zero_point, y_scale, y_zero_point } = parameters
      return lowerIntegerMatmul(
        { A: a, B: b, Y: y, aZero: a_zero_point, bZero: b_zero_point },
        {
          kind: 'quantized',
          scales: { a: a_scale, b: b_scale, y: y_scale, steps: 'float32' },
          zero: y_zero_point,
        },
        context,
      )
    },
  },
})
