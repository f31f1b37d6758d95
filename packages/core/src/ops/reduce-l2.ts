import { isFloat } from '../base/dtype.ts'
import { apply1, apply2 } from '../kernel/formula.ts'
import { defineOp } from './define.ts'
import { reductionOf } from './lower/reductions.ts'
import { maybe, one } from './param.ts'
import { inferReduced, integerRoot, reduceAttrs, reduceTensor } from './shared/reduce.ts'
import { floats, indexInts } from './types.ts'

/**
 * The square root of the sum of squares along the axes (integers: truncated); 0 for an empty set. No axes
 * mean all, or with noop_with_empty_axes each element by itself.
 */
export const reduceL2 = defineOp({
  name: 'ReduceL2',
  since: [1, 11, 13, 18],
  types: { T: [...floats, ...indexInts, 'uint32', 'uint64'] },
  inputs: { data: one('T'), axes: maybe('int64') },
  outputs: { reduced: one('T') },
  attrs: reduceAttrs,
  infer: (inputs, attrs, context) => ({ reduced: inferReduced(inputs, attrs, context) }),
  reference: (inputs, attrs) => ({
    reduced: reduceTensor(inputs, attrs, {
      float: (group) => Math.sqrt(group.reduce((sum, x) => sum + x * x, 0)),
      int: (group) => integerRoot(group.reduce((sum, x) => sum + x * x, 0n)),
    }),
  }),
  gradient: 'rule',
  lower: {
    kind: 'decompose',
    reduce: (inputs, attrs) =>
      // Roots of integers are exact.
      isFloat(inputs.data.dtype)
        ? reductionOf(inputs, attrs, {
            combine: 'add',
            map: (x) => apply2('mul', x, x),
            finish: (sum) => apply1('sqrt', sum),
          })
        : undefined,
    build: (b, { data, axes }, attrs, { inputs }) =>
      isFloat(inputs.data.dtype)
        ? { reduced: b.node('Sqrt', [b.node('ReduceSum', [b.node('Mul', [data, data]), axes], attrs)]) }
        : undefined,
  },
})
