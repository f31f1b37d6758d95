import { defineOp } from './define.ts'
import { tensorFact } from './fact.ts'
import { lowerMatmul } from './lower/matmul.ts'
import { one } from './param.ts'
import { matmulShape, matmul as multiply } from './shared/matmul.ts'
import { floats, indexInts } from './types.ts'

/**
 * The product of matrices, with broadcasting over the leading axes; a 1-D operand is a row on the left and a
 * column on the right. Integers wrap around.
 */
export const matmul = defineOp({
  name: 'MatMul',
  since: [1, 9, 13],
  types: { T: [...floats, ...indexInts, 'uint32', 'uint64'] },
  inputs: { A: one('T'), B: one('T') },
  outputs: { Y: one('T') },
  attrs: {},
  infer: ({ A, B }) => ({ Y: tensorFact(A.dtype, matmulShape(A.shape, B.shape)) }),
  reference: ({ A, B }, _attrs, context) => ({ Y: multiply(A, B, A.dtype, context) }),
  gradient: 'rule',
  lower: {
    kind: 'kernel',
    epilogue: true,
    emit: (inputs, outputs, _attrs, context) => lowerMatmul({ ...inputs, ...outputs }, context),
  },
})
