import { ifComputable } from '../kernel/computable.ts'
import { convert as convertFormula } from '../kernel/formula.ts'
import { attr } from './attr.ts'
import { defineOp } from './define.ts'
import { one } from './param.ts'
import { convert, convertFact } from './shared/convert.ts'
import { dtypeOfAttr } from './shared/dtype-attr.ts'
import { float6s, float8s, int2s, int4s, numbers } from './types.ts'

const castable = [
  ...numbers,
  ...float8s,
  ...int4s,
  ...int2s,
  ...float6s,
  'string',
  'bool',
  'float4e2m1',
  'float8e8m0',
] as const

/**
 * The elements in the type that `to` names. Floats round to nearest even (float8 stops at its largest value
 * with saturate=1, float8e8m0 rounds as round_mode says); floats to integers truncate and wrap around, NaN
 * and infinities give 0; strings hold decimals, INF or NaN, and numbers print with the fewest digits that
 * read back the same.
 */
export const cast = defineOp({
  name: 'Cast',
  since: [1, 6, 9, 13, 19, 21, 23, 24, 25, 28],
  types: { T1: castable, T2: castable },
  inputs: { input: one('T1') },
  outputs: { output: one('T2') },
  attrs: {
    round_mode: attr.oneOf(['up', 'down', 'nearest'], 'up'),
    saturate: attr.int(1),
    to: attr.required.int(),
  },
  infer: ({ input }, { to }) => ({ output: convertFact(input, dtypeOfAttr('to', to, castable)) }),
  reference: ({ input }, { to, saturate, round_mode }) => ({
    output: convert(input, dtypeOfAttr('to', to, castable), {
      saturate: saturate !== 0,
      rounding: round_mode,
    }),
  }),
  gradient: 'rule',
  lower: {
    kind: 'elementwise',
    formula: ({ input }, { to }) => ifComputable(convertFormula(input, dtypeOfAttr('to', to, castable))),
  },
})
