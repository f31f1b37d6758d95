import { roundHalfEven } from '../base/round-half-even.ts'
import { apply1 } from '../kernel/formula.ts'
import { defineOp } from './define.ts'
import { tensorFact } from './fact.ts'
import { one } from './param.ts'
import { mapElements } from './shared/elementwise.ts'
import { floats } from './types.ts'

/** The nearest whole number, halves to the even one, element by element. */
export const round = defineOp({
  name: 'Round',
  since: [11, 22],
  types: { T: floats },
  inputs: { X: one('T') },
  outputs: { Y: one('T') },
  attrs: {},
  traits: ['inplace'],
  infer: ({ X }) => ({ Y: tensorFact(X.dtype, X.shape) }),
  reference: ({ X }) => ({ Y: mapElements(X, { float: roundHalfEven }) }),
  gradient: 'rule',
  lower: { kind: 'elementwise', formula: ({ X }) => apply1('nearest', X) },
})
