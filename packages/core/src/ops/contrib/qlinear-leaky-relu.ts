import { float } from '../../ir/builder.ts'
import { like } from '../../kernel/formula.ts'
import { attr } from '../attr.ts'
import { defineOp } from '../define.ts'
import { bendBelow, mul } from '../lower/formulas.ts'
import { quantizedNumbers } from '../no-gradient.ts'
import {
  buildUnary,
  inferUnary,
  lowerUnary,
  unaryInputs,
  unaryOutputs,
  unaryTypes,
} from './shared/qlinear-unary.ts'

/** A quantized tensor with its negative numbers multiplied by alpha, quantized again. */
export const qlinearLeakyRelu = defineOp({
  name: 'QLinearLeakyRelu',
  domain: 'com.microsoft',
  since: [1],
  types: unaryTypes,
  inputs: unaryInputs,
  outputs: unaryOutputs,
  attrs: { alpha: attr.float(0.01) },
  infer: inferUnary,
  reference: 'decomposed',
  gradient: quantizedNumbers,
  lower: {
    kind: 'decompose',
    emit: (refs, { Y }, { alpha }, context) =>
      lowerUnary(context, refs, Y, (x) => bendBelow(x, mul(x, like(alpha, x)))),
    build: (b, names, { alpha }, { inputs }) =>
      buildUnary(b, names, inputs, (x) => b.node('LeakyRelu', [x], { alpha: float(alpha) })),
  },
})
