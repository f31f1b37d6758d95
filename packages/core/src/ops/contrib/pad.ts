import { productOfDims } from '../../base/dim.ts'
import { attr } from '../attr.ts'
import { defineOp } from '../define.ts'
import { tensorFact, valuesOf } from '../fact.ts'
import { pad as standard } from '../pad.ts'
import { maybe, one } from '../param.ts'
import { ieeeFloats } from '../types.ts'
import { inferAs } from './shared/alias.ts'

/**
 * Adds elements before and after each axis: a constant, the mirror image, or the border over and over. pads
 * holds all beginnings, then all ends, as a vector or as one row.
 */
export const pad = defineOp({
  name: 'Pad',
  domain: 'com.microsoft',
  since: [1],
  types: { T: ieeeFloats },
  inputs: { data: one('T'), pads: one('int64'), value: maybe('T') },
  outputs: { output: one('T') },
  attrs: { mode: attr.oneOf(['constant', 'reflect', 'edge'], 'constant') },
  infer: ({ data, pads, value }, attrs, context) => {
    const list = tensorFact('int64', pads.shape && [productOfDims(pads.shape)], valuesOf(pads))
    return { output: inferAs(standard, { data, pads: list, constant_value: value }, attrs, context) }
  },
  reference: 'decomposed',
  gradient: 'decomposed',
  lower: {
    kind: 'decompose',
    build: (b, { data, pads, value }, { mode }) => {
      const list = b.node('Reshape', [pads, b.literal('int64', [-1])])
      const fill = value && b.node('Reshape', [value, b.literal('int64', [])])
      return { output: b.node('Pad', [data, list, fill], { mode }) }
    },
  },
})
