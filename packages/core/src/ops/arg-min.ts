import { defineOp } from './define.ts'
import { emitArgExtreme } from './lower/lines.ts'
import { notFloat } from './no-gradient.ts'
import { one } from './param.ts'
import { argAttrs, argExtreme, inferArg } from './shared/arg-extreme.ts'
import { numbers } from './types.ts'

/**
 * The position of the smallest element along the axis: the first of several, or the last with
 * select_last_index. A NaN counts as the smallest.
 */
export const argMin = defineOp({
  name: 'ArgMin',
  since: [1, 11, 12, 13],
  types: { T: numbers },
  inputs: { data: one('T') },
  outputs: { reduced: one('int64') },
  attrs: argAttrs,
  infer: ({ data }, attrs) => ({ reduced: inferArg(data, attrs) }),
  reference: ({ data }, attrs) => ({ reduced: argExtreme(data, attrs, (a, b) => a < b) }),
  gradient: notFloat,
  lower: {
    kind: 'kernel',
    emit: ({ data }, { reduced }, { axis, select_last_index }, context) =>
      emitArgExtreme(data, reduced, { axis, side: 'min', isLast: select_last_index !== 0 }, context),
  },
})
