import { apply1 } from '../kernel/formula.ts'
import { defineOp } from './define.ts'
import { tensorFact } from './fact.ts'
import { notFloat } from './no-gradient.ts'
import { one } from './param.ts'
import { mapElements } from './shared/elementwise.ts'
import { ints } from './types.ts'

/** Every bit inverted, element by element. */
export const bitwiseNot = defineOp({
  name: 'BitwiseNot',
  since: [18],
  types: { T: ints },
  inputs: { X: one('T') },
  outputs: { Y: one('T') },
  attrs: {},
  traits: ['inplace'],
  infer: ({ X }) => ({ Y: tensorFact(X.dtype, X.shape) }),
  reference: ({ X }) => ({ Y: mapElements(X, { float: (x) => ~x, int: (x) => ~x }) }),
  gradient: notFloat,
  lower: { kind: 'elementwise', formula: ({ X }) => apply1('not', X) },
})
