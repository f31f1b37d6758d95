import { normalizeAxis } from '../base/shape.ts'
import { attr } from './attr.ts'
import { defineOp } from './define.ts'
import { emitScatterElements } from './lower/scatter.ts'
import { one } from './param.ts'
import { checkReduction, scatterReductions } from './shared/scatter.ts'
import { inferScatter, scatterAlongAxis } from './shared/scatter-along-axis.ts'
import { indexInts, tensorsIr4 } from './types.ts'

/**
 * A copy of data in which each update goes to its own place, except along the axis, where the index says
 * where, or is combined with what is there.
 */
export const scatterElements = defineOp({
  name: 'ScatterElements',
  since: [11, 13, 16, 18],
  types: { T: tensorsIr4, Tind: indexInts },
  inputs: { data: one('T'), indices: one('Tind'), updates: one('T') },
  outputs: { output: one('T') },
  attrs: { axis: attr.int(0), reduction: attr.oneOf(scatterReductions, 'none') },
  traits: ['inplace'],
  infer: (inputs, { axis, reduction }) => {
    checkReduction(inputs.data.dtype, reduction)
    return { output: inferScatter(inputs, axis) }
  },
  reference: (inputs, { axis, reduction }) => ({ output: scatterAlongAxis(inputs, axis, reduction) }),
  gradient: 'rule',
  lower: {
    kind: 'kernel',
    emit: (inputs, { output }, { axis, reduction }, context) => {
      const at = normalizeAxis(axis, inputs.data.shape.length)
      return emitScatterElements(inputs, output, { axis: at, how: reduction }, context)
    },
  },
})
