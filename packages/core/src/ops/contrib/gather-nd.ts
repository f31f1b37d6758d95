import { defineOp } from '../define.ts'
import { gatherNd as standard } from '../gather-nd.ts'
import { one } from '../param.ts'
import { classicTensors, indexInts } from '../types.ts'
import { inferAs } from './shared/alias.ts'
import { cast } from './shared/quantized-graph.ts'

/** Slices of data, one for each vector of indices along the last axis of indices. */
export const gatherNd = defineOp({
  name: 'GatherND',
  domain: 'com.microsoft',
  since: [1],
  types: { T: classicTensors, Tind: indexInts },
  inputs: { data: one('T'), indices: one('Tind') },
  outputs: { output: one('T') },
  attrs: {},
  infer: (inputs, _attrs, context) => ({
    output: inferAs(standard, inputs, { batch_dims: 0 }, context),
  }),
  reference: 'decomposed',
  gradient: 'decomposed',
  lower: {
    kind: 'decompose',
    build: (b, { data, indices }) => ({ output: b.node('GatherND', [data, cast(b, indices, 'int64')]) }),
  },
})
