import { attr } from '../attr.ts'
import { defineOp } from '../define.ts'
import { tensorFact } from '../fact.ts'
import { one } from '../param.ts'
import { requireRank, requireSize } from '../shared/require.ts'

/** The Euclidean distance of each row of A from each row of B, or its square. */
export const cdist = defineOp({
  name: 'CDist',
  domain: 'com.microsoft',
  since: [1],
  types: { T: ['float32', 'float64'] },
  inputs: { A: one('T'), B: one('T') },
  outputs: { C: one('T') },
  attrs: { metric: attr.oneOf(['sqeuclidean', 'euclidean'], 'sqeuclidean') },
  infer: ({ A, B }, _attrs, { freshDim }) => {
    requireRank('A', A, 2)
    requireRank('B', B, 2)
    requireSize('the columns of B', B.shape?.[1], A.shape?.[1])
    const rows = A.shape?.[0] ?? freshDim('rows')
    return { C: tensorFact(A.dtype, [rows, B.shape?.[0] ?? freshDim('columns')]) }
  },
  reference: 'decomposed',
  gradient: 'decomposed',
  lower: {
    kind: 'decompose',
    build: (b, { A, B }, { metric }) => {
      const rows = b.node('Unsqueeze', [A, b.literal('int64', [1])])
      const apart = b.node('Sub', [rows, b.node('Unsqueeze', [B, b.literal('int64', [0])])])
      const axes = b.literal('int64', [-1])
      const op = metric === 'euclidean' ? 'ReduceL2' : 'ReduceSumSquare'
      return { C: b.node(op, [apart, axes], { keepdims: 0 }) }
    },
  },
})
