import { ifComputable } from '../../kernel/computable.ts'
import { defineOp } from '../define.ts'
import { tensorFact } from '../fact.ts'
import { add, geluOf } from '../lower/formulas.ts'
import { one } from '../param.ts'
import { requireBroadcastsTo, requireRank } from '../shared/require.ts'
import { floats } from '../types.ts'

/** Gelu of A plus a bias B along the last axis. */
export const biasGelu = defineOp({
  name: 'BiasGelu',
  domain: 'com.microsoft',
  since: [1],
  types: { T: floats },
  inputs: { A: one('T'), B: one('T') },
  outputs: { C: one('T') },
  attrs: {},
  infer: ({ A, B }) => {
    requireRank('B', B, 1)
    requireBroadcastsTo('B', B, A.shape)
    return { C: tensorFact(A.dtype, A.shape) }
  },
  reference: 'decomposed',
  gradient: 'decomposed',
  lower: {
    kind: 'decompose',
    formula: ({ A, B }) => ifComputable(geluOf(add(A, B))),
    build: (b, { A, B }) => ({ C: b.node('Gelu', [b.node('Add', [A, B])]) }),
  },
})
