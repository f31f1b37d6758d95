import { elementCount } from '../../base/shape.ts'
import { defineOp } from '../define.ts'
import { tensorFact } from '../fact.ts'
import { lowerDynamicQuantize } from '../lower/dynamic-quantize.ts'
import { lowerIntegerMatmul } from '../lower/quantized-matmul.ts'
import { quantizedNumbers } from '../no-gradient.ts'
import { maybe, one } from '../param.ts'
import { matmulShape } from '../shared/matmul.ts'
import { checkSide } from '../shared/quantized-matmul.ts'
import { requireShape } from '../shared/require.ts'
import { integerToFloat } from './shared/integer-to-float.ts'
import { eightBits } from './shared/quantized-graph.ts'

/**
 * The product of A, quantized to uint8 by its own range, and a quantized matrix B, plus a bias. Scale and
 * zero point of B may be one per column.
 */
export const dynamicQuantizeMatmul = defineOp({
  name: 'DynamicQuantizeMatMul',
  domain: 'com.microsoft',
  since: [1],
  types: { T1: ['float32'], T2: eightBits },
  inputs: {
    A: one('T1'),
    B: one('T2'),
    b_scale: one('T1'),
    b_zero_point: maybe('T2'),
    bias: maybe('T1'),
  },
  outputs: { Y: one('T1') },
  attrs: {},
  infer: ({ A, B, b_scale, b_zero_point, bias }) => {
    checkSide('b_scale', B, b_scale, 'columns')
    checkSide('b_zero_point', B, b_zero_point, 'columns')
    requireShape('bias', bias, [B.shape?.at(-1)])
    return { Y: tensorFact('float32', matmulShape(A.shape, B.shape)) }
  },
  reference: 'decomposed',
  gradient: quantizedNumbers,
  lower: {
    kind: 'decompose',
    epilogue: true,
    emit: ({ A, B, b_scale, b_zero_point, bias }, { Y }, _attrs, context) => {
      const own = (label: string, dtype: 'uint8' | 'float32', shape: readonly number[]) => {
        const sizeBytes = elementCount(shape) * (dtype === 'uint8' ? 1 : 4)
        return { dtype, shape, at: context.temp(label, sizeBytes), isConstant: false }
      }
      const y = own('quantized', 'uint8', A.shape)
      const [scale, zero] = [own('scale', 'float32', []), own('zero point', 'uint8', [])]
      return (
        lowerDynamicQuantize({ x: A, y, scale, zero }, context) ??
        lowerIntegerMatmul(
          { A: y, B, Y, aZero: zero, bZero: b_zero_point },
          { kind: 'float32', scales: { a: scale, b: b_scale, y: undefined, steps: 'float32' }, bias },
          context,
        )
      )
    },
    build: (b, { A, B, b_scale, b_zero_point, bias }) => {
      const [a, a_scale, a_zero_point] = b.nodes('DynamicQuantizeLinear', [A], {}, { outputs: 3 })
      const parameters = { a_scale: a_scale!, b_scale, a_zero_point, b_zero_point, bias }
      return { Y: integerToFloat(b, { A: a!, B, ...parameters }) }
    },
  },
})
