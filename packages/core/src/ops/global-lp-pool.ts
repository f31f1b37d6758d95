import { apply1, apply2, like } from '../kernel/formula.ts'
import { attr } from './attr.ts'
import { defineOp } from './define.ts'
import { globalReduction } from './lower/reductions.ts'
import { one } from './param.ts'
import { refuse } from './refuse.ts'
import { globalPoolFact, poolGlobally } from './shared/pool.ts'
import { floats } from './types.ts'

/** The p-norm of each channel, (Σ |x|^p)^(1/p). */
export const globalLpPool = defineOp({
  name: 'GlobalLpPool',
  since: [1, 2, 22],
  types: { T: floats },
  inputs: { X: one('T') },
  outputs: { Y: one('T') },
  attrs: { p: attr.int(2) },
  infer: ({ X }, { p }) => {
    if (p < 1) refuse('p must be at least 1', p)
    return { Y: globalPoolFact(X) }
  },
  reference: ({ X }, { p }) => ({
    Y: poolGlobally(X, (elements) => elements.reduce((sum, x) => sum + Math.abs(x) ** p, 0) ** (1 / p)),
  }),
  gradient: 'rule',
  lower: {
    kind: 'reduction',
    reduce: ({ X }, { p }) =>
      globalReduction(X, {
        combine: 'add',
        map: (x) => apply2('pow', apply1('abs', x), like(p, x)),
        finish: (sum) => apply2('pow', sum, like(1 / p, sum)),
      }),
  },
})
