import { ifComputable } from '../kernel/computable.ts'
import { defineOp } from './define.ts'
import { tensorFact } from './fact.ts'
import { isNotNumber } from './lower/formulas.ts'
import { notFloat } from './no-gradient.ts'
import { one } from './param.ts'
import { testElements } from './shared/elementwise.ts'
import { float8s, floats } from './types.ts'

/** True where X is NaN. */
export const isNan = defineOp({
  name: 'IsNaN',
  since: [9, 13, 20],
  types: { T1: [...floats, ...float8s], T2: ['bool'] },
  inputs: { X: one('T1') },
  outputs: { Y: one('T2') },
  attrs: {},
  infer: ({ X }) => ({ Y: tensorFact('bool', X.shape) }),
  reference: ({ X }) => ({ Y: testElements(X, Number.isNaN) }),
  gradient: notFloat,
  lower: { kind: 'elementwise', formula: ({ X }) => ifComputable(isNotNumber(X)) },
})
