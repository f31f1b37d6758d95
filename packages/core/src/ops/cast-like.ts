import { dtypeInfo } from '../base/dtype.ts'
import { ifComputable } from '../kernel/computable.ts'
import { convert as convertFormula } from '../kernel/formula.ts'
import { attr } from './attr.ts'
import { defineOp } from './define.ts'
import { one } from './param.ts'
import { convert, convertFact } from './shared/convert.ts'
import { float8s, int2s, int4s, numbers } from './types.ts'

const castable = [
  ...numbers,
  ...float8s,
  ...int4s,
  ...int2s,
  'string',
  'bool',
  'float4e2m1',
  'float8e8m0',
] as const

/** The elements of input in the type of target_type, by the rules of Cast. */
export const castLike = defineOp({
  name: 'CastLike',
  since: [15, 19, 21, 23, 24, 25],
  types: { T1: castable, T2: castable },
  inputs: { input: one('T1'), target_type: one('T2') },
  outputs: { output: one('T2') },
  attrs: { round_mode: attr.oneOf(['up', 'down', 'nearest'], 'up'), saturate: attr.int(1) },
  infer: ({ input, target_type }) => ({ output: convertFact(input, target_type.dtype) }),
  reference: ({ input, target_type }, { saturate, round_mode }) => ({
    output: convert(input, target_type.dtype, { saturate: saturate !== 0, rounding: round_mode }),
  }),
  gradient: 'decomposed',
  lower: {
    kind: 'decompose',
    formula: ({ input, target_type }) => ifComputable(convertFormula(input, target_type.dtype)),
    build: (b, { input }, { saturate, round_mode }, { inputs }) => ({
      output: b.node('Cast', [input], {
        to: dtypeInfo(inputs.target_type.dtype).code,
        saturate,
        round_mode,
      }),
    }),
  },
})
