import { attr } from './attr.ts'
import { defineOp } from './define.ts'
import { tensorFact } from './fact.ts'
import { one } from './param.ts'
import { dtypeOfAttr } from './shared/dtype-attr.ts'
import { fillRandom } from './shared/random-fill.ts'
import { floats, tensorsIr4 } from './types.ts'

/**
 * Random numbers, uniformly distributed from low to high, in the shape of the input and, without dtype, in
 * its type.
 */
export const randomUniformLike = defineOp({
  name: 'RandomUniformLike',
  since: [1, 22],
  types: { T1: tensorsIr4, T2: floats },
  inputs: { input: one('T1') },
  outputs: { output: one('T2') },
  attrs: {
    dtype: attr.optional.int(),
    seed: attr.optional.float(),
    low: attr.float(0),
    high: attr.float(1),
  },
  traits: ['random'],
  infer: ({ input }, attrs) => ({
    output: tensorFact(dtypeOfAttr('dtype', attrs.dtype, floats, input.dtype), input.shape),
  }),
  reference: ({ input }, { low, high, seed, ...attrs }, context) => ({
    output: fillRandom(
      dtypeOfAttr('dtype', attrs.dtype, floats, input.dtype),
      input.shape,
      seed,
      context,
      (stream) => low + (high - low) * stream.uniform(),
    ),
  }),
  gradient: 'rule',
  lower: { kind: 'kernel' },
})
