import { attr } from './attr.ts'
import { defineOp, none } from './define.ts'
import { one } from './param.ts'
import { inferScatter, scatterAlongAxis } from './shared/scatter-along-axis.ts'
import { classicTensors, indexInts } from './types.ts'

/** The first form of ScatterElements, without reductions. Upgrades replace it. */
export const scatter = defineOp({
  name: 'Scatter',
  since: [9, 11],
  deprecated: true,
  types: { T: classicTensors, Tind: indexInts },
  inputs: { data: one('T'), indices: one('Tind'), updates: one('T') },
  outputs: { output: one('T') },
  attrs: { axis: attr.int(0) },
  infer: (inputs, { axis }) => ({ output: inferScatter(inputs, axis) }),
  reference: (inputs, { axis }) => ({ output: scatterAlongAxis(inputs, axis, 'none') }),
  gradient: none('models are upgraded to ScatterElements before they run'),
  lower: {
    kind: 'decompose',
    build: (b, { data, indices, updates }, { axis }) => ({
      output: b.node('ScatterElements', [data, indices, updates], { axis }),
    }),
  },
})
