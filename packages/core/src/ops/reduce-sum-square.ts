import { apply2 } from '../kernel/formula.ts'
import { defineOp } from './define.ts'
import { reductionOf } from './lower/reductions.ts'
import { maybe, one } from './param.ts'
import { inferReduced, reduceAttrs, reduceTensor } from './shared/reduce.ts'
import { floats, indexInts } from './types.ts'

/**
 * The sum of squares along the axes; 0 for an empty set. Integers wrap around. No axes mean all, or with
 * noop_with_empty_axes each element by itself.
 */
export const reduceSumSquare = defineOp({
  name: 'ReduceSumSquare',
  since: [1, 11, 13, 18],
  types: { T: [...floats, ...indexInts, 'uint32', 'uint64'] },
  inputs: { data: one('T'), axes: maybe('int64') },
  outputs: { reduced: one('T') },
  attrs: reduceAttrs,
  infer: (inputs, attrs, context) => ({ reduced: inferReduced(inputs, attrs, context) }),
  reference: (inputs, attrs) => ({
    reduced: reduceTensor(inputs, attrs, {
      float: (group) => group.reduce((sum, x) => sum + x * x, 0),
      int: (group) => group.reduce((sum, x) => sum + x * x, 0n),
    }),
  }),
  gradient: 'rule',
  lower: {
    kind: 'decompose',
    reduce: (inputs, attrs) =>
      reductionOf(inputs, attrs, { combine: 'add', map: (x) => apply2('mul', x, x) }),
    build: (b, { data, axes }, attrs) => ({
      reduced: b.node('ReduceSum', [b.node('Mul', [data, data]), axes], attrs),
    }),
  },
})
