import { float } from '../ir/builder.ts'
import { defineOp } from './define.ts'
import { tensorFact } from './fact.ts'
import { hardSigmoidOf, mul } from './lower/formulas.ts'
import { one } from './param.ts'
import { mapElements } from './shared/elementwise.ts'
import { floats } from './types.ts'

/** X · max(0, min(1, X / 6 + 1/2)), element by element. */
export const hardSwish = defineOp({
  name: 'HardSwish',
  since: [14, 22],
  types: { T: floats },
  inputs: { X: one('T') },
  outputs: { Y: one('T') },
  attrs: {},
  traits: ['inplace'],
  infer: ({ X }) => ({ Y: tensorFact(X.dtype, X.shape) }),
  reference: ({ X }) => ({ Y: mapElements(X, { float: (x) => x * Math.max(0, Math.min(1, x / 6 + 0.5)) }) }),
  gradient: 'rule',
  lower: {
    kind: 'decompose',
    formula: ({ X }) => mul(X, hardSigmoidOf(X, 1 / 6, 0.5)),
    build: (b, { X }) => ({
      Y: b.node('Mul', [X, b.node('HardSigmoid', [X], { alpha: float(1 / 6), beta: float(0.5) })]),
    }),
  },
})
