import { defineOp } from '../define.ts'
import { tensorFact } from '../fact.ts'
import { lowerIntegerMatmul } from '../lower/quantized-matmul.ts'
import { quantizedNumbers } from '../no-gradient.ts'
import { maybe, one } from '../param.ts'
import { castTo } from '../shared/cast-node.ts'
import { matmulShape } from '../shared/matmul.ts'
import { checkSide } from '../shared/quantized-matmul.ts'
import { requireShape } from '../shared/require.ts'
import { integerToFloat } from './shared/integer-to-float.ts'
import { eightBits, requireScalars, scalar } from './shared/quantized-graph.ts'

/**
 * The product of two quantized matrices as floats, plus a bias. Scale and zero point of B may be one per
 * column.
 */
export const matmulIntegerToFloat = defineOp({
  name: 'MatMulIntegerToFloat',
  domain: 'com.microsoft',
  since: [1],
  types: { T1: eightBits, T2: eightBits, T3: ['float32', 'float16'] },
  inputs: {
    A: one('T1'),
    B: one('T2'),
    a_scale: one('T3'),
    b_scale: one('T3'),
    a_zero_point: maybe('T1'),
    b_zero_point: maybe('T2'),
    bias: maybe('T3'),
  },
  outputs: { Y: one('T3') },
  attrs: {},
  infer: ({ A, B, a_scale, b_scale, a_zero_point, b_zero_point, bias }) => {
    requireScalars({ a_scale, a_zero_point })
    checkSide('b_scale', B, b_scale, 'columns')
    checkSide('b_zero_point', B, b_zero_point, 'columns')
    requireShape('bias', bias, [B.shape?.at(-1)])
    return { Y: tensorFact(a_scale.dtype, matmulShape(A.shape, B.shape)) }
  },
  reference: 'decomposed',
  gradient: quantizedNumbers,
  lower: {
    kind: 'decompose',
    epilogue: true,
    emit: ({ A, B, a_scale, b_scale, a_zero_point, b_zero_point, bias }, { Y }, _attrs, context) =>
      lowerIntegerMatmul(
        { A, B, Y, aZero: a_zero_point, bZero: b_zero_point },
        { kind: 'float32', scales: { a: a_scale, b: b_scale, y: undefined, steps: 'float32' }, bias },
        context,
      ),
    build: (b, { A, B, ...names }, _attrs, { inputs }) => {
      const { dtype } = inputs.a_scale
      const wide = (x: string) => castTo(b, x, dtype, 'float32')
      const product = integerToFloat(b, {
        A,
        B,
        a_scale: wide(scalar(b, names.a_scale)),
        b_scale: wide(names.b_scale),
        a_zero_point: names.a_zero_point && scalar(b, names.a_zero_point),
        b_zero_point: names.b_zero_point,
        bias: names.bias && wide(names.bias),
      })
      return { Y: castTo(b, product, 'float32', dtype) }
    },
  },
})
