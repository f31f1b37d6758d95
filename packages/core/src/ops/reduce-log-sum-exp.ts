import { defineOp } from './define.ts'
import { maybe, one } from './param.ts'
import { inferReduced, logSumExp, reduceAttrs, reduceTensor } from './shared/reduce.ts'
import { floats } from './types.ts'

/**
 * log(sum(exp(data))) along the axes, without overflow on the way; -infinity for an empty set. No axes mean
 * all, or with noop_with_empty_axes each element by itself.
 */
export const reduceLogSumExp = defineOp({
  name: 'ReduceLogSumExp',
  since: [1, 11, 13, 18, 28],
  types: { T: floats },
  inputs: { data: one('T'), axes: maybe('int64') },
  outputs: { reduced: one('T') },
  attrs: reduceAttrs,
  infer: (inputs, attrs, context) => ({ reduced: inferReduced(inputs, attrs, context) }),
  reference: (inputs, attrs) => ({
    reduced: reduceTensor(inputs, attrs, { float: logSumExp }),
  }),
  gradient: 'rule',
  lower: {
    kind: 'decompose',
    build: (b, { data, axes }, { keepdims, noop_with_empty_axes }, { inputs }) => {
      const kept = { keepdims: 1, noop_with_empty_axes }
      const given = { keepdims, noop_with_empty_axes }
      // An infinite maximum must not be subtracted from itself.
      const highest = b.node('ReduceMax', [data, axes], kept)
      const zero = b.node('Sub', [highest, highest])
      const shift = b.node('Where', [b.node('IsNaN', [zero]), b.literal(inputs.data.dtype, 0), highest])
      const sum = b.node('ReduceSum', [b.node('Exp', [b.node('Sub', [data, shift])]), axes], given)
      return { reduced: b.node('Add', [b.node('Log', [sum]), b.node('ReduceMax', [shift, axes], given)]) }
    },
  },
})
