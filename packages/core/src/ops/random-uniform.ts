import { attr } from './attr.ts'
import { defineOp, none } from './define.ts'
import { tensorFact } from './fact.ts'
import { one } from './param.ts'
import { dtypeOfAttr } from './shared/dtype-attr.ts'
import { fillRandom, shapeOfAttr } from './shared/random-fill.ts'
import { floats } from './types.ts'

/** Random numbers, uniformly distributed from low to high. */
export const randomUniform = defineOp({
  name: 'RandomUniform',
  since: [1, 22],
  types: { T: floats },
  inputs: {},
  outputs: { output: one('T') },
  attrs: {
    shape: attr.required.ints(),
    dtype: attr.int(1),
    seed: attr.optional.float(),
    low: attr.float(0),
    high: attr.float(1),
  },
  traits: ['random'],
  infer: (_inputs, attrs) => ({
    output: tensorFact(dtypeOfAttr('dtype', attrs.dtype, floats, 'float32'), shapeOfAttr(attrs.shape)),
  }),
  reference: (_inputs, { low, high, seed, ...attrs }, context) => ({
    output: fillRandom(
      dtypeOfAttr('dtype', attrs.dtype, floats, 'float32'),
      attrs.shape,
      seed,
      context,
      (stream) => low + (high - low) * stream.uniform(),
    ),
  }),
  gradient: none('it has no inputs'),
  lower: { kind: 'kernel' },
})
