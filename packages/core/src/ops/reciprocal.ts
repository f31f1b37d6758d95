import { apply1 } from '../kernel/formula.ts'
import { defineOp } from './define.ts'
import { tensorFact } from './fact.ts'
import { one } from './param.ts'
import { mapElements } from './shared/elementwise.ts'
import { floats } from './types.ts'

/** 1 / X, element by element. */
export const reciprocal = defineOp({
  name: 'Reciprocal',
  since: [1, 6, 13],
  types: { T: floats },
  inputs: { X: one('T') },
  outputs: { Y: one('T') },
  attrs: {},
  traits: ['inplace'],
  infer: ({ X }) => ({ Y: tensorFact(X.dtype, X.shape) }),
  reference: ({ X }) => ({ Y: mapElements(X, { float: (x) => 1 / x }) }),
  gradient: 'rule',
  lower: { kind: 'elementwise', formula: ({ X }) => apply1('reciprocal', X) },
})
