import { defineOp } from '../define.ts'
import { tensorFact } from '../fact.ts'
import { one } from '../param.ts'
import { floats } from '../types.ts'

/** Its input, through which no gradient passes. */
export const stopGradient = defineOp({
  name: 'StopGradient',
  domain: 'ai.slipway',
  since: [1],
  types: { T: floats },
  inputs: { input: one('T') },
  outputs: { output: one('T') },
  attrs: {},
  infer: ({ input }) => ({ output: tensorFact(input.dtype, input.shape) }),
  reference: 'decomposed',
  gradient: 'rule',
  lower: { kind: 'decompose', build: (b, { input }) => ({ output: b.node('Identity', [input]) }) },
})
