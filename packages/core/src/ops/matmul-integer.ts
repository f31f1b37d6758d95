import { defineOp } from './define.ts'
import { tensorFact } from './fact.ts'
import { lowerIntegerMatmul } from './lower/quantized-matmul.ts'
import { quantizedNumbers } from './no-gradient.ts'
import { maybe, one } from './param.ts'
import { matmul, matmulShape } from './shared/matmul.ts'
import { centred, checkSide } from './shared/quantized-matmul.ts'

/**
 * The product of the matrices A - a_zero_point and B - b_zero_point in int32. Zero points are scalars, or
 * one per row of A and one per column of B.
 */
export const matmulInteger = defineOp({
  name: 'MatMulInteger',
  since: [10],
  types: { T1: ['int8', 'uint8'], T2: ['int8', 'uint8'], T3: ['int32'] },
  inputs: { A: one('T1'), B: one('T2'), a_zero_point: maybe('T1'), b_zero_point: maybe('T2') },
  outputs: { Y: one('T3') },
  attrs: {},
  traits: ['quantization'],
  infer: ({ A, B, a_zero_point, b_zero_point }) => {
    checkSide('a_zero_point', A, a_zero_point, 'rows')
    checkSide('b_zero_point', B, b_zero_point, 'columns')
    return { Y: tensorFact('int32', matmulShape(A.shape, B.shape)) }
  },
  reference: ({ A, B, a_zero_point, b_zero_point }, _attrs, context) => ({
    Y: matmul(centred(A, a_zero_point, 'rows'), centred(B, b_zero_point, 'columns'), 'int32', context),
  }),
  gradient: quantizedNumbers,
  lower: {
    kind: 'kernel',
    emit: ({ A, B, a_zero_point, b_zero_point }, { Y }, _attrs, context) =>
      lowerIntegerMatmul({ A, B, Y, aZero: a_zero_point, bZero: b_zero_point }, { kind: 'int32' }, context),
  },
})
