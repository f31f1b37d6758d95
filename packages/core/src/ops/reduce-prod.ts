import { mulDims } from '../base/dim.ts'
import { defineOp } from './define.ts'
import { reductionOf } from './lower/reductions.ts'
import { maybe, one } from './param.ts'
import { inferReduced, reduceAttrs, reduceTensor } from './shared/reduce.ts'
import { floats, indexInts } from './types.ts'

/**
 * The product along the axes; 1 for an empty set. Integers wrap around. No axes mean all, or with
 * noop_with_empty_axes each element by itself.
 */
export const reduceProd = defineOp({
  name: 'ReduceProd',
  since: [1, 11, 13, 18],
  types: { T: [...floats, ...indexInts, 'uint32', 'uint64'] },
  inputs: { data: one('T'), axes: maybe('int64') },
  outputs: { reduced: one('T') },
  attrs: reduceAttrs,
  infer: (inputs, attrs, context) => ({ reduced: inferReduced(inputs, attrs, context, mulDims) }),
  reference: (inputs, attrs) => ({
    reduced: reduceTensor(inputs, attrs, {
      float: (group) => group.reduce((a, b) => a * b, 1),
      int: (group) => group.reduce((a, b) => BigInt.asIntN(64, a * b), 1n),
    }),
  }),
  gradient: 'rule',
  lower: { kind: 'reduction', reduce: (inputs, attrs) => reductionOf(inputs, attrs, { combine: 'mul' }) },
})
