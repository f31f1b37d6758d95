import { addDims } from '../base/dim.ts'
import { defineOp } from './define.ts'
import { reductionOf } from './lower/reductions.ts'
import { maybe, one } from './param.ts'
import { inferReduced, reduceAttrs, reduceTensor, sumOf } from './shared/reduce.ts'
import { floats, indexInts } from './types.ts'

/**
 * The sum along the axes; 0 for an empty set. Integers wrap around. No axes mean all, or with
 * noop_with_empty_axes each element by itself.
 */
export const reduceSum = defineOp({
  name: 'ReduceSum',
  since: [1, 11, 13],
  types: { T: [...floats, ...indexInts, 'uint32', 'uint64'] },
  inputs: { data: one('T'), axes: maybe('int64') },
  outputs: { reduced: one('T') },
  attrs: reduceAttrs,
  infer: (inputs, attrs, context) => ({ reduced: inferReduced(inputs, attrs, context, addDims) }),
  reference: (inputs, attrs) => ({
    reduced: reduceTensor(inputs, attrs, { float: sumOf, int: (group) => group.reduce((a, b) => a + b, 0n) }),
  }),
  gradient: 'rule',
  lower: { kind: 'reduction', reduce: (inputs, attrs) => reductionOf(inputs, attrs, { combine: 'add' }) },
})
