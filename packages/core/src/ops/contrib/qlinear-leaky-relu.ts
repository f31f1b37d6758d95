import { float } from '../../ir/builder.ts'
import { attr } from '../attr.ts'
import { defineOp } from '../define.ts'
import { buildUnary, inferUnary, unaryInputs, unaryOutputs, unaryTypes } from './shared/qlinear-unary.ts'

export const qlinearLeakyRelu = defineOp({
  name: 'QLinearLeakyRelu',
  domain: 'com.microsoft',
  doc: 'A quantized tensor with its negative numbers multiplied by alpha, quantized again.',
  since: [1],
  types: unaryTypes,
  inputs: unaryInputs,
  outputs: unaryOutputs,
  attrs: { alpha: attr.float(0.01) },
  infer: inferUnary,
  reference: 'decomposed',
  gradient: 'none',
  lower: {
    kind: 'decompose',
    build: (b, names, { alpha }, { inputs }) =>
      buildUnary(b, names, inputs, (x) => b.node('LeakyRelu', [x], { alpha: float(alpha) })),
  },
})
