import { defineOp } from '../define.ts'
import { tensorFact } from '../fact.ts'
import { maybe, one } from '../param.ts'
import { matmulShape } from '../shared/matmul.ts'
import { checkSide } from '../shared/quantized-matmul.ts'
import { requireShape } from '../shared/require.ts'
import { integerToFloat } from './shared/integer-to-float.ts'
import { eightBits } from './shared/quantized-graph.ts'

export const dynamicQuantizeMatmul = defineOp({
  name: 'DynamicQuantizeMatMul',
  domain: 'com.microsoft',
  doc: 'The product of A, quantized to uint8 by its own range, and a quantized matrix B, plus a bias. Scale and zero point of B may be one per column.',
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
  gradient: 'none',
  lower: {
    kind: 'decompose',
    build: (b, { A, B, b_scale, b_zero_point, bias }) => {
      const [a, a_scale, a_zero_point] = b.nodes('DynamicQuantizeLinear', [A], {}, { outputs: 3 })
      const parameters = { a_scale: a_scale!, b_scale, a_zero_point, b_zero_point, bias }
      return { Y: integerToFloat(b, { A: a!, B, ...parameters }) }
    },
  },
})
