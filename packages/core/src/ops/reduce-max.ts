import { integerRange } from '../base/dtype.ts'
import { defineOp } from './define.ts'
import { reductionOf } from './lower/reductions.ts'
import { maybe, one } from './param.ts'
import { extremes, inferReduced, reduceAttrs, reduceTensor } from './shared/reduce.ts'
import { maxDims } from './shared/tracked.ts'
import { floats, indexInts } from './types.ts'

/**
 * The largest element along the axes, NaN where there is one. An empty set gives -infinity, or the least
 * value of an integer type, or false. No axes mean all, or with noop_with_empty_axes each element by itself.
 */
export const reduceMax = defineOp({
  name: 'ReduceMax',
  since: [1, 11, 12, 13, 18, 20],
  types: { T: [...floats, ...indexInts, 'uint32', 'uint64', 'uint8', 'int8', 'bool'] },
  inputs: { data: one('T'), axes: maybe('int64') },
  outputs: { reduced: one('T') },
  attrs: reduceAttrs,
  infer: (inputs, attrs, context) => ({ reduced: inferReduced(inputs, attrs, context, maxDims) }),
  reference: (inputs, attrs) => ({
    reduced: reduceTensor(inputs, attrs, {
      float: (group, dtype) => group.reduce((a, b) => Math.max(a, b), extremes(dtype).low),
      int: (group, dtype) => group.reduce((a, b) => (a > b ? a : b), integerRange(dtype)[0]),
    }),
  }),
  gradient: 'rule',
  lower: { kind: 'reduction', reduce: (inputs, attrs) => reductionOf(inputs, attrs, { combine: 'max' }) },
})
