import { float } from '../../ir/builder.ts'
import { attr } from '../attr.ts'
import { defineOp } from '../define.ts'
import { gemm } from '../gemm.ts'
import { maybe, one } from '../param.ts'
import { ieeeFloats } from '../types.ts'
import { inferAs } from './shared/alias.ts'
import { activate, checkActivation } from './shared/fused-activation.ts'

/** An activation of Gemm; its parameters are activation_alpha and activation_beta. */
export const fusedGemm = defineOp({
  name: 'FusedGemm',
  domain: 'com.microsoft',
  since: [1],
  types: { T: ieeeFloats },
  inputs: { A: one('T'), B: one('T'), C: maybe('T') },
  outputs: { Y: one('T') },
  attrs: {
    activation: attr.optional.string(),
    activation_alpha: attr.optional.float(),
    activation_beta: attr.optional.float(),
    activation_gamma: attr.optional.float(),
    alpha: attr.float(1),
    beta: attr.float(1),
    transA: attr.int(0),
    transB: attr.int(0),
  },
  infer: (inputs, attrs, context) => {
    checkActivation(attrs.activation, [attrs.activation_alpha, attrs.activation_beta])
    return { Y: inferAs(gemm, inputs, attrs, context) }
  },
  reference: 'decomposed',
  gradient: 'decomposed',
  lower: {
    kind: 'decompose',
    build: (b, { A, B, C }, { alpha, beta, transA, transB, ...attrs }, { inputs }) => {
      const factors = { alpha: float(alpha), beta: float(beta), transA, transB }
      const y = b.node('Gemm', [A, B, C], factors)
      return {
        Y: activate(b, { x: y, dtype: inputs.A.dtype }, attrs.activation, [
          attrs.activation_alpha,
          attrs.activation_beta,
        ]),
      }
    },
  },
})
