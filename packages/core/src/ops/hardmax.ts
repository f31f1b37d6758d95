import { attr } from './attr.ts'
import { defineOp } from './define.ts'
import { emitHardmax } from './lower/lines.ts'
import { one } from './param.ts'
import { inferLines, mapLines } from './shared/softmax.ts'
import { floats } from './types.ts'

/** 1 at the first largest element along the axis, 0 elsewhere. A NaN counts as the largest. */
export const hardmax = defineOp({
  name: 'Hardmax',
  since: [1, 11, 13],
  types: { T: floats },
  inputs: { input: one('T') },
  outputs: { output: one('T') },
  attrs: { axis: attr.int(-1) },
  infer: ({ input }, { axis }) => ({ output: inferLines(input, axis) }),
  reference: ({ input }, { axis }) => ({
    output: mapLines(input, axis, (line) => {
      let best = 0
      for (let i = 1; i < line.length; i++) {
        if (line[i]! > line[best]! || (Number.isNaN(line[i]) && !Number.isNaN(line[best]))) best = i
      }
      line.fill(0)
      if (line.length > 0) line[best] = 1
    }),
  }),
  gradient: 'rule',
  lower: {
    kind: 'kernel',
    emit: ({ input }, { output }, { axis }, context) => emitHardmax(input, output, axis, context),
  },
})
