import { attr } from './attr.ts'
import { defineOp, none } from './define.ts'
import { tensorFact } from './fact.ts'
import { one } from './param.ts'
import { dtypeOfAttr } from './shared/dtype-attr.ts'
import { fillRandom, shapeOfAttr } from './shared/random-fill.ts'
import { floats } from './types.ts'

/** Random numbers, normally distributed with the given mean and standard deviation (scale). */
export const randomNormal = defineOp({
  name: 'RandomNormal',
  since: [1, 22],
  types: { T: floats },
  inputs: {},
  outputs: { output: one('T') },
  attrs: {
    shape: attr.required.ints(),
    dtype: attr.int(1),
    seed: attr.optional.float(),
    mean: attr.float(0),
    scale: attr.float(1),
  },
  traits: ['random'],
  infer: (_inputs, attrs) => ({
    output: tensorFact(dtypeOfAttr('dtype', attrs.dtype, floats, 'float32'), shapeOfAttr(attrs.shape)),
  }),
  reference: (_inputs, { mean, scale, seed, ...attrs }, context) => ({
    output: fillRandom(
      dtypeOfAttr('dtype', attrs.dtype, floats, 'float32'),
      attrs.shape,
      seed,
      context,
      (stream) => mean + scale * stream.normal(),
    ),
  }),
  gradient: none('it has no inputs'),
  lower: { kind: 'kernel' },
})
