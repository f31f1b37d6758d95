import { defineOp } from '../define.ts'
import { tensorFact } from '../fact.ts'
import { add, geluTanhOf } from '../lower/formulas.ts'
import { maybe, one } from '../param.ts'
import { requireBroadcastsTo } from '../shared/require.ts'
import { floats } from '../types.ts'

/** The tanh approximation of Gelu of X, or of X plus a bias along the last axis. */
export const fastGelu = defineOp({
  name: 'FastGelu',
  domain: 'com.microsoft',
  since: [1],
  types: { T: floats },
  inputs: { X: one('T'), bias: maybe('T') },
  outputs: { Y: one('T') },
  attrs: {},
  infer: ({ X, bias }) => {
    requireBroadcastsTo('bias', bias, X.shape)
    return { Y: tensorFact(X.dtype, X.shape) }
  },
  reference: 'decomposed',
  gradient: 'decomposed',
  lower: {
    kind: 'decompose',
    formula: ({ X, bias }) => geluTanhOf(bias ? add(X, bias) : X),
    build: (b, { X, bias }) => {
      const x = bias === undefined ? X : b.node('Add', [X, bias])
      return { Y: b.node('Gelu', [x], { approximate: 'tanh' }) }
    },
  },
})
