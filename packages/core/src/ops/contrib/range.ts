import { defineOp } from '../define.ts'
import { tensorFact } from '../fact.ts'
import { maybe, one } from '../param.ts'
import { range as standard } from '../range.ts'
import { inferAs } from './shared/alias.ts'
import { scalar } from './shared/quantized-graph.ts'

/** start, start + delta, … up to and without limit; delta is 1 unless given. */
export const range = defineOp({
  name: 'Range',
  domain: 'com.microsoft',
  since: [1],
  types: { T: ['float32', 'float64', 'int16', 'int32', 'int64'] },
  inputs: { start: one('T'), limit: one('T'), delta: maybe('T') },
  outputs: { Y: one('T') },
  attrs: {},
  infer: ({ start, limit, delta }, _attrs, context) => {
    const step = delta ?? tensorFact(start.dtype, [], [1])
    return { Y: inferAs(standard, { start, limit, delta: step }, { stash_type: 1 }, context) }
  },
  reference: 'decomposed',
  gradient: 'rule',
  lower: {
    kind: 'decompose',
    build: (b, { start, limit, delta }, _attrs, { inputs }) => {
      const step = delta === undefined ? b.literal(inputs.start.dtype, 1) : scalar(b, delta)
      return { Y: b.node('Range', [scalar(b, start), scalar(b, limit), step]) }
    },
  },
})
