import { attr } from '../attr.ts'
import { defineOp } from '../define.ts'
import { tensorFact } from '../fact.ts'
import { lowerMatmul } from '../lower/matmul.ts'
import { one } from '../param.ts'
import { floats } from '../types.ts'
import { fusedProduct, fusedShape } from './shared/fused-matmul.ts'

/**
 * alpha times the matrix product of A and B. transBatchA and transBatchB move an operand’s first axis behind
 * its batch axes, transA and transB swap its last two axes.
 */
export const fusedMatmul = defineOp({
  name: 'FusedMatMul',
  domain: 'com.microsoft',
  since: [1],
  types: { T: floats },
  inputs: { A: one('T'), B: one('T') },
  outputs: { Y: one('T') },
  attrs: {
    alpha: attr.float(1),
    transA: attr.int(0),
    transB: attr.int(0),
    transBatchA: attr.int(0),
    transBatchB: attr.int(0),
  },
  infer: ({ A, B }, attrs) => ({ Y: tensorFact(A.dtype, fusedShape(A, B, attrs)) }),
  reference: 'decomposed',
  gradient: 'decomposed',
  lower: {
    kind: 'decompose',
    build: (b, names, attrs, { inputs }) => {
      const Y = fusedProduct(b, names, inputs, attrs)
      return Y === undefined ? undefined : { Y }
    },
    epilogue: true,
    emit: (inputs, outputs, { alpha, transA, transB, transBatchA, transBatchB }, context) =>
      transBatchA || transBatchB
        ? 'moved batch axes'
        : lowerMatmul({ ...inputs, ...outputs }, context, {
            alpha,
            transA: transA !== 0,
            transB: transB !== 0,
          }),
  },
})
