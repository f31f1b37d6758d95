import { defineOp } from './define.ts'
import { globalReduction, meanParts } from './lower/reductions.ts'
import { one } from './param.ts'
import { globalPoolFact, poolGlobally } from './shared/pool.ts'
import { floats } from './types.ts'

/** The mean of each channel. */
export const globalAveragePool = defineOp({
  name: 'GlobalAveragePool',
  since: [1, 22],
  types: { T: floats },
  inputs: { X: one('T') },
  outputs: { Y: one('T') },
  attrs: {},
  infer: ({ X }) => ({ Y: globalPoolFact(X) }),
  reference: ({ X }) => ({
    Y: poolGlobally(X, (elements) => elements.reduce((sum, x) => sum + x, 0) / elements.length),
  }),
  gradient: 'rule',
  lower: { kind: 'reduction', reduce: ({ X }) => globalReduction(X, meanParts(X.dtype)) },
})
