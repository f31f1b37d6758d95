import { defineOp } from '../define.ts'
import { quantizedNumbers } from '../no-gradient.ts'
import { one } from '../param.ts'
import { poolAttrs, poolFact } from '../shared/pool.ts'
import { aroundChannels, channelsFirst, channelsLast } from './shared/channels-last.ts'
import { eightBits } from './shared/quantized-graph.ts'

/** MaxPool of a tensor whose channels are the last axis. */
export const nhwcMaxPool = defineOp({
  name: 'NhwcMaxPool',
  domain: 'com.microsoft',
  since: [1],
  types: { T: eightBits },
  inputs: { x: one('T') },
  outputs: { y: one('T') },
  attrs: poolAttrs,
  infer: ({ x }, attrs, { freshDim }) => ({ y: channelsLast(poolFact(channelsFirst(x), attrs, freshDim)) }),
  reference: 'decomposed',
  gradient: quantizedNumbers,
  lower: {
    kind: 'decompose',
    build: (b, { x }, attrs) => ({
      y: aroundChannels(b, x, attrs.kernel_shape.length + 2, (from) => b.node('MaxPool', [from], attrs)),
    }),
  },
})
