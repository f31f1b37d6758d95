import { apply1 } from '../../kernel/formula.ts'
import { defineOp } from '../define.ts'
import { quantizedNumbers } from '../no-gradient.ts'
import {
  buildUnary,
  inferUnary,
  lowerUnary,
  unaryInputs,
  unaryOutputs,
  unaryTypes,
} from './shared/qlinear-unary.ts'

/** The logistic function of a quantized tensor, quantized again. */
export const qlinearSigmoid = defineOp({
  name: 'QLinearSigmoid',
  domain: 'com.microsoft',
  since: [1],
  types: unaryTypes,
  inputs: unaryInputs,
  outputs: unaryOutputs,
  attrs: {},
  infer: inferUnary,
  reference: 'decomposed',
  gradient: quantizedNumbers,
  lower: {
    kind: 'decompose',
    emit: (refs, { Y }, _attrs, context) => lowerUnary(context, refs, Y, (x) => apply1('sigmoid', x)),
    build: (b, names, _attrs, { inputs }) => buildUnary(b, names, inputs, (x) => b.node('Sigmoid', [x])),
  },
})
