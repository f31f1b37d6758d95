import { defineOp } from './define.ts'
import { globalReduction } from './lower/reductions.ts'
import { one } from './param.ts'
import { globalPoolFact, poolGlobally } from './shared/pool.ts'
import { floats } from './types.ts'

/** The largest element of each channel. */
export const globalMaxPool = defineOp({
  name: 'GlobalMaxPool',
  since: [1, 22],
  types: { T: floats },
  inputs: { X: one('T') },
  outputs: { Y: one('T') },
  attrs: {},
  infer: ({ X }) => ({ Y: globalPoolFact(X) }),
  reference: ({ X }) => ({
    Y: poolGlobally(X, (elements) => elements.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY)),
  }),
  gradient: 'rule',
  lower: { kind: 'reduction', reduce: ({ X }) => globalReduction(X, { combine: 'max' }) },
})
