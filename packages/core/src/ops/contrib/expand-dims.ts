import { defineOp } from '../define.ts'
import { tensorFact, valuesOf } from '../fact.ts'
import { one } from '../param.ts'
import { requireScalar } from '../shared/require.ts'
import { classicTensors } from '../types.ts'
import { unsqueeze } from '../unsqueeze.ts'
import { inferAs } from './shared/alias.ts'
import { cast } from './shared/quantized-graph.ts'

/** Inserts an axis of size 1, so that it stands at the position `axis` of the result. */
export const expandDims = defineOp({
  name: 'ExpandDims',
  domain: 'com.microsoft',
  since: [1],
  types: { T: classicTensors },
  inputs: { X: one('T'), axis: one('int32') },
  outputs: { Y: one('T') },
  attrs: {},
  infer: ({ X, axis }, _attrs, context) => {
    requireScalar('axis', axis)
    const axes = tensorFact('int64', [1], valuesOf(axis))
    return { Y: inferAs(unsqueeze, { data: X, axes }, {}, context) }
  },
  reference: 'decomposed',
  gradient: 'decomposed',
  lower: {
    kind: 'decompose',
    build: (b, { X, axis }) => {
      const axes = b.node('Reshape', [cast(b, axis, 'int64'), b.literal('int64', [1])])
      return { Y: b.node('Unsqueeze', [X, axes]) }
    },
  },
})
