import { defineOp } from '../define.ts'
import { buildUnary, inferUnary, unaryInputs, unaryOutputs, unaryTypes } from './shared/qlinear-unary.ts'

export const qlinearSigmoid = defineOp({
  name: 'QLinearSigmoid',
  domain: 'com.microsoft',
  doc: 'The logistic function of a quantized tensor, quantized again.',
  since: [1],
  types: unaryTypes,
  inputs: unaryInputs,
  outputs: unaryOutputs,
  attrs: {},
  infer: inferUnary,
  reference: 'decomposed',
  gradient: 'none',
  lower: {
    kind: 'decompose',
    build: (b, names, _attrs, { inputs }) => buildUnary(b, names, inputs, (x) => b.node('Sigmoid', [x])),
  },
})
