import { type Dim, dimText } from '../base/dim.ts'
import { isInteger } from '../base/dtype.ts'
import { defineOp } from './define.ts'
import { type TensorFact, tensorFact } from './fact.ts'
import { bendBelow, mul } from './lower/formulas.ts'
import { one } from './param.ts'
import { refuse } from './refuse.ts'
import { broadcastDims } from './shared/broadcast.ts'
import { zipElements } from './shared/elementwise.ts'
import { floats, indexInts } from './types.ts'

/** X where X ≥ 0, otherwise slope · X; slope broadcasts to the shape of X. */
export const prelu = defineOp({
  name: 'PRelu',
  since: [1, 6, 7, 9, 16],
  types: { T: [...floats, ...indexInts, 'uint32', 'uint64'] },
  inputs: { X: one('T'), slope: one('T') },
  outputs: { Y: one('T') },
  attrs: {},
  traits: ['inplace'],
  infer: ({ X, slope }) => ({ Y: tensorFact(X.dtype, oneWayShape(X, slope)) }),
  reference: ({ X, slope }) => ({
    Y: zipElements(X, slope, {
      float: isInteger(X.dtype) ? (x, s) => (x < 0 ? Math.imul(x, s) : x) : (x, s) => (x < 0 ? x * s : x),
      int: (x, s) => (x < 0n ? x * s : x),
    }),
  }),
  gradient: 'rule',
  lower: {
    kind: 'decompose',
    formula: ({ X, slope }) => bendBelow(X, mul(X, slope)),
    build: (b, { X, slope }, _attrs, { inputs }) => {
      const below = b.node('Less', [X, b.literal(inputs.X.dtype, 0)])
      return { Y: b.node('Where', [below, b.node('Mul', [X, slope]), X]) }
    },
  },
})

/** The shape of X, which the slope must not enlarge. Throws SLP-O2. */
function oneWayShape(x: TensorFact, slope: TensorFact): readonly Dim[] | undefined {
  const common = broadcastDims([x.shape, slope.shape])
  const grown =
    common && (common.length > x.shape!.length || common.some((size, i) => x.shape![i] === 1 && size !== 1))
  if (grown) refuse('slope must broadcast to the shape of X', `[${slope.shape!.map(dimText)}]`)
  return x.shape
}
