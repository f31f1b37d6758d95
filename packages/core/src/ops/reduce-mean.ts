import { defineOp } from './define.ts'
import { meanParts, reductionOf } from './lower/reductions.ts'
import { maybe, one } from './param.ts'
import { inferReduced, reduceAttrs, reduceTensor, sumOf } from './shared/reduce.ts'
import { floats, indexInts } from './types.ts'

/**
 * The mean along the axes (integers: truncated). An empty set gives NaN, or 0 in an integer type. No axes
 * mean all, or with noop_with_empty_axes each element by itself.
 */
export const reduceMean = defineOp({
  name: 'ReduceMean',
  since: [1, 11, 13, 18],
  types: { T: [...floats, ...indexInts, 'uint32', 'uint64'] },
  inputs: { data: one('T'), axes: maybe('int64') },
  outputs: { reduced: one('T') },
  attrs: reduceAttrs,
  infer: (inputs, attrs, context) => ({ reduced: inferReduced(inputs, attrs, context) }),
  reference: (inputs, attrs) => ({
    reduced: reduceTensor(inputs, attrs, {
      float: (group) => sumOf(group) / group.length,
      int: (group) => (group.length === 0 ? 0n : group.reduce((a, b) => a + b, 0n) / BigInt(group.length)),
    }),
  }),
  gradient: 'rule',
  lower: {
    kind: 'reduction',
    reduce: (inputs, attrs) => reductionOf(inputs, attrs, meanParts(inputs.data.dtype)),
  },
})
