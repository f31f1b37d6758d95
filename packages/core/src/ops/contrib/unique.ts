import { defineOp, none } from '../define.ts'
import { tensorFact } from '../fact.ts'
import { one } from '../param.ts'
import { requireRank } from '../shared/require.ts'
import { classicTensors } from '../types.ts'

/**
 * The different elements of a vector in the order of their first occurrence; which one each element is, and
 * how often each occurs.
 */
export const unique = defineOp({
  name: 'Unique',
  domain: 'com.microsoft',
  since: [1],
  types: { T: classicTensors },
  inputs: { x: one('T') },
  outputs: { y: one('T'), idx: one('int64'), counts: one('int64') },
  attrs: {},
  infer: ({ x }, _attrs, { freshDim }) => {
    requireRank('x', x, 1)
    const count = freshDim('unique')
    return {
      y: tensorFact(x.dtype, [count]),
      idx: tensorFact('int64', x.shape),
      counts: tensorFact('int64', [count]),
    }
  },
  reference: 'decomposed',
  gradient: none('the smallest change makes equal elements different'),
  lower: {
    kind: 'decompose',
    build: (b, { x }) => {
      const [y, , idx, counts] = b.nodes('Unique', [x], { sorted: 0 }, { outputs: 4 })
      return { y: y!, idx: idx!, counts: counts! }
    },
  },
})
