import { apply1 } from '../kernel/formula.ts'
import { defineOp } from './define.ts'
import { tensorFact } from './fact.ts'
import { one } from './param.ts'
import { mapElements } from './shared/elementwise.ts'
import { sigmoid as sigmoidOf } from './shared/math/sigmoid.ts'
import { floats } from './types.ts'

/** 1 / (1 + exp(-X)), element by element. */
export const sigmoid = defineOp({
  name: 'Sigmoid',
  since: [1, 6, 13],
  types: { T: floats },
  inputs: { X: one('T') },
  outputs: { Y: one('T') },
  attrs: {},
  traits: ['inplace'],
  infer: ({ X }) => ({ Y: tensorFact(X.dtype, X.shape) }),
  reference: ({ X }) => ({ Y: mapElements(X, { float: sigmoidOf }) }),
  gradient: 'rule',
  lower: { kind: 'elementwise', formula: ({ X }) => apply1('sigmoid', X) },
})
