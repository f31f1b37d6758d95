import { attr } from './attr.ts'
import { defineOp } from './define.ts'
import { tensorFact } from './fact.ts'
import { hardSigmoidOf } from './lower/formulas.ts'
import { one } from './param.ts'
import { mapElements } from './shared/elementwise.ts'
import { floats } from './types.ts'

/** max(0, min(1, alpha · X + beta)), element by element. */
export const hardSigmoid = defineOp({
  name: 'HardSigmoid',
  since: [1, 6, 22],
  types: { T: floats },
  inputs: { X: one('T') },
  outputs: { Y: one('T') },
  attrs: { beta: attr.float(0.5), alpha: attr.float(0.2) },
  traits: ['inplace'],
  infer: ({ X }) => ({ Y: tensorFact(X.dtype, X.shape) }),
  reference: ({ X }, { beta, alpha }) => ({
    Y: mapElements(X, { float: (x) => Math.max(0, Math.min(1, alpha * x + beta)) }),
  }),
  gradient: 'rule',
  lower: {
    kind: 'decompose',
    formula: ({ X }, { alpha, beta }) => hardSigmoidOf(X, alpha, beta),
    build: (b, { X }, { alpha, beta }, { inputs }) => {
      const number = (value: number) => b.literal(inputs.X.dtype, value)
      const line = b.node('Add', [b.node('Mul', [X, number(alpha)]), number(beta)])
      return { Y: b.node('Max', [b.node('Min', [line, number(1)]), number(0)]) }
    },
  },
})
