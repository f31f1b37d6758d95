import { attr } from './attr.ts'
import { defineOp } from './define.ts'
import { lowerSoftmax } from './lower/softmax.ts'
import { one } from './param.ts'
import { inferLines, logSoftmaxLine, mapLines } from './shared/softmax.ts'
import { floats } from './types.ts'

/** input - log(sum(exp(input))), the sum taken along the axis: the logarithm of Softmax. */
export const logSoftmax = defineOp({
  name: 'LogSoftmax',
  since: [1, 11, 13],
  types: { T: floats },
  inputs: { input: one('T') },
  outputs: { output: one('T') },
  attrs: { axis: attr.int(-1) },
  infer: ({ input }, { axis }) => ({ output: inferLines(input, axis) }),
  reference: ({ input }, { axis }) => ({ output: mapLines(input, axis, logSoftmaxLine) }),
  gradient: 'rule',
  lower: {
    kind: 'decompose',
    emit: (inputs, { output }, { axis }, context) => lowerSoftmax({ ...inputs, output }, axis, context, true),
    build: (b, { input }, { axis }) => {
      const axes = b.literal('int64', [axis])
      const lowered = b.node('Sub', [input, b.node('ReduceMax', [input, axes])])
      const sum = b.node('ReduceSum', [b.node('Exp', [lowered]), axes])
      return { output: b.node('Sub', [lowered, b.node('Log', [sum])]) }
    },
  },
})
