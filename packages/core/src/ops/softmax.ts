import { attr } from './attr.ts'
import { defineOp } from './define.ts'
import { lowerSoftmax } from './lower/softmax.ts'
import { one } from './param.ts'
import { inferLines, mapLines, softmaxLine } from './shared/softmax.ts'
import { floats } from './types.ts'

/** exp(input) / sum(exp(input)), the sum taken along the axis. */
export const softmax = defineOp({
  name: 'Softmax',
  since: [1, 11, 13],
  types: { T: floats },
  inputs: { input: one('T') },
  outputs: { output: one('T') },
  attrs: { axis: attr.int(-1) },
  infer: ({ input }, { axis }) => ({ output: inferLines(input, axis) }),
  reference: ({ input }, { axis }) => ({ output: mapLines(input, axis, softmaxLine) }),
  gradient: 'rule',
  lower: {
    kind: 'decompose',
    emit: (inputs, { output }, { axis }, context) => lowerSoftmax({ ...inputs, output }, axis, context),
    build: (b, { input }, { axis }) => {
      const axes = b.literal('int64', [axis])
      const powers = b.node('Exp', [b.node('Sub', [input, b.node('ReduceMax', [input, axes])])])
      return { output: b.node('Div', [powers, b.node('ReduceSum', [powers, axes])]) }
    },
  },
})
