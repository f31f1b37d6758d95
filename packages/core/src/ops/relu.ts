import { apply2, like } from '../kernel/formula.ts'
import { defineOp } from './define.ts'
import { tensorFact } from './fact.ts'
import { one } from './param.ts'
import { mapElements } from './shared/elementwise.ts'
import { floats, signedInts } from './types.ts'

/** max(X, 0), element by element. */
export const relu = defineOp({
  name: 'Relu',
  since: [1, 6, 13, 14],
  types: { T: [...floats, ...signedInts] },
  inputs: { X: one('T') },
  outputs: { Y: one('T') },
  attrs: {},
  traits: ['inplace'],
  infer: ({ X }) => ({ Y: tensorFact(X.dtype, X.shape) }),
  reference: ({ X }) => ({
    Y: mapElements(X, { float: (x) => (x < 0 ? 0 : x), int: (x) => (x < 0n ? 0n : x) }),
  }),
  gradient: 'rule',
  lower: {
    kind: 'decompose',
    formula: ({ X }) => apply2('max', X, like(0, X)),
    build: (b, { X }, _attrs, { inputs }) => ({ Y: b.node('Max', [X, b.literal(inputs.X.dtype, 0)]) }),
  },
})
