import { apply1 } from '../kernel/formula.ts'
import { defineOp } from './define.ts'
import { reductionOf } from './lower/reductions.ts'
import { maybe, one } from './param.ts'
import { inferReduced, reduceAttrs, reduceTensor, sumOf } from './shared/reduce.ts'
import { floats } from './types.ts'

/**
 * The logarithm of the sum along the axes; -infinity for an empty set. No axes mean all, or with
 * noop_with_empty_axes each element by itself.
 */
export const reduceLogSum = defineOp({
  name: 'ReduceLogSum',
  since: [1, 11, 13, 18, 28],
  types: { T: floats },
  inputs: { data: one('T'), axes: maybe('int64') },
  outputs: { reduced: one('T') },
  attrs: reduceAttrs,
  infer: (inputs, attrs, context) => ({ reduced: inferReduced(inputs, attrs, context) }),
  reference: (inputs, attrs) => ({
    reduced: reduceTensor(inputs, attrs, { float: (group) => Math.log(sumOf(group)) }),
  }),
  gradient: 'rule',
  lower: {
    kind: 'decompose',
    reduce: (inputs, attrs) =>
      reductionOf(inputs, attrs, { combine: 'add', finish: (sum) => apply1('log', sum) }),
    build: (b, { data, axes }, attrs) => ({
      reduced: b.node('Log', [b.node('ReduceSum', [data, axes], attrs)]),
    }),
  },
})
