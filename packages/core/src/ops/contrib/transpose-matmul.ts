import { attr } from '../attr.ts'
import { defineOp } from '../define.ts'
import { tensorFact } from '../fact.ts'
import { lowerMatmul } from '../lower/matmul.ts'
import { one } from '../param.ts'
import { floats } from '../types.ts'
import { fusedProduct, fusedShape } from './shared/fused-matmul.ts'

const inPlace = { transBatchA: 0, transBatchB: 0 }

/**
 * alpha times the matrix product of A and B, either with its last two axes swapped where told. FusedMatMul
 * took its place.
 */
export const transposeMatmul = defineOp({
  name: 'TransposeMatMul',
  domain: 'com.microsoft',
  since: [1],
  types: { T: floats },
  inputs: { A: one('T'), B: one('T') },
  outputs: { Y: one('T') },
  attrs: { alpha: attr.float(1), transA: attr.int(0), transB: attr.int(0) },
  infer: ({ A, B }, attrs) => ({ Y: tensorFact(A.dtype, fusedShape(A, B, { ...attrs, ...inPlace })) }),
  reference: 'decomposed',
  gradient: 'decomposed',
  lower: {
    kind: 'decompose',
    build: (b, names, attrs, { inputs }) => {
      const Y = fusedProduct(b, names, inputs, { ...attrs, ...inPlace })
      return Y === undefined ? undefined : { Y }
    },
    epilogue: true,
    emit: (inputs, outputs, { alpha, transA, transB }, context) =>
      lowerMatmul({ ...inputs, ...outputs }, context, { alpha, transA: transA !== 0, transB: transB !== 0 }),
  },
})
