import { normalizeAxis } from '../base/shape.ts'
import { wide } from '../base/wide.ts'
import { attr } from './attr.ts'
import { defineOp } from './define.ts'
import { tensorFact } from './fact.ts'
import { lowerLpNormalization } from './lower/lp-normalization.ts'
import { one } from './param.ts'
import { refuse } from './refuse.ts'
import { floatsOf } from './shared/elements.ts'
import { acrossAxes } from './shared/moments.ts'
import { floats } from './types.ts'

/** Divides by the 1-norm or 2-norm along an axis; where that is 0, so is the result. */
export const lpNormalization = defineOp({
  name: 'LpNormalization',
  since: [1, 22],
  types: { T: floats },
  inputs: { input: one('T') },
  outputs: { output: one('T') },
  attrs: { axis: attr.int(-1), p: attr.int(2) },
  infer: ({ input }, { axis, p }) => {
    if (p !== 1 && p !== 2) refuse('p must be 1 or 2', p)
    if (input.shape) normalizeAxis(axis, input.shape.length)
    return { output: tensorFact(input.dtype, input.shape) }
  },
  reference: ({ input }, { axis, p }) => {
    const x = floatsOf(input)
    const { groups, groupOf } = acrossAxes(input.shape, [normalizeAxis(axis, input.shape.length)])
    const sums = new Float64Array(groups)
    x.forEach((value, i) => {
      sums[groupOf(i)] = sums[groupOf(i)]! + Math.abs(value) ** p
    })
    const y = x.map((value, i) => {
      const norm = sums[groupOf(i)]! ** (1 / p)
      return norm === 0 ? 0 : value / norm
    })
    return { output: wide(input.dtype, input.shape, y) }
  },
  gradient: 'rule',
  lower: {
    kind: 'kernel',
    emit: ({ input }, { output }, attrs, context) => lowerLpNormalization(input, output, attrs, context),
  },
})
