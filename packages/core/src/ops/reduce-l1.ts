import { apply1 } from '../kernel/formula.ts'
import { defineOp } from './define.ts'
import { reductionOf } from './lower/reductions.ts'
import { maybe, one } from './param.ts'
import { inferReduced, reduceAttrs, reduceTensor } from './shared/reduce.ts'
import { floats, indexInts } from './types.ts'

/**
 * The sum of the absolute values along the axes; 0 for an empty set. No axes mean all, or with
 * noop_with_empty_axes each element by itself.
 */
export const reduceL1 = defineOp({
  name: 'ReduceL1',
  since: [1, 11, 13, 18],
  types: { T: [...floats, ...indexInts, 'uint32', 'uint64'] },
  inputs: { data: one('T'), axes: maybe('int64') },
  outputs: { reduced: one('T') },
  attrs: reduceAttrs,
  infer: (inputs, attrs, context) => ({ reduced: inferReduced(inputs, attrs, context) }),
  reference: (inputs, attrs) => ({
    reduced: reduceTensor(inputs, attrs, {
      float: (group) => group.reduce((sum, x) => sum + Math.abs(x), 0),
      int: (group) => group.reduce((sum, x) => sum + (x < 0n ? -x : x), 0n),
    }),
  }),
  gradient: 'rule',
  lower: {
    kind: 'decompose',
    reduce: (inputs, attrs) => reductionOf(inputs, attrs, { combine: 'add', map: (x) => apply1('abs', x) }),
    build: (b, { data, axes }, attrs) => ({
      reduced: b.node('ReduceSum', [b.node('Abs', [data]), axes], attrs),
    }),
  },
})
