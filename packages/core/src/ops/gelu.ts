import { ifComputable } from '../kernel/computable.ts'
import { attr } from './attr.ts'
import { defineOp } from './define.ts'
import { tensorFact } from './fact.ts'
import { geluOf, geluTanhOf } from './lower/formulas.ts'
import { one } from './param.ts'
import { mapElements } from './shared/elementwise.ts'
import { erfc } from './shared/math/erf.ts'
import { floats } from './types.ts'

const slope = Math.sqrt(2 / Math.PI)
const cubic = 0.044715

// (1 + erf(x / √2)) / 2 is erfc(-x / √2) / 2, which keeps its digits for very negative x.
const geluExact = (x: number): number => 0.5 * x * erfc(-x * Math.SQRT1_2)
const geluTanh = (x: number): number => 0.5 * x * (1 + Math.tanh(slope * (x + cubic * x ** 3)))

/** X times the standard normal distribution function of X, or its tanh approximation, element by element. */
export const gelu = defineOp({
  name: 'Gelu',
  since: [20],
  types: { T: floats },
  inputs: { X: one('T') },
  outputs: { Y: one('T') },
  attrs: { approximate: attr.oneOf(['none', 'tanh'], 'none') },
  traits: ['inplace'],
  infer: ({ X }) => ({ Y: tensorFact(X.dtype, X.shape) }),
  reference: ({ X }, { approximate }) => ({
    Y: mapElements(X, { float: approximate === 'tanh' ? geluTanh : geluExact }),
  }),
  gradient: 'rule',
  lower: {
    kind: 'decompose',
    formula: ({ X }, { approximate }) => ifComputable(approximate === 'tanh' ? geluTanhOf(X) : geluOf(X)),
    build: (b, { X }, { approximate }, { inputs }) => {
      const number = (value: number) => b.literal(inputs.X.dtype, value)
      const half = b.node('Mul', [X, number(0.5)])
      if (approximate === 'none') {
        const phi = b.node('Erf', [b.node('Mul', [X, number(Math.SQRT1_2)])])
        return { Y: b.node('Mul', [half, b.node('Add', [phi, number(1)])]) }
      }
      const square = b.node('Mul', [b.node('Mul', [X, X]), number(cubic)])
      const inner = b.node('Mul', [b.node('Add', [square, number(1)]), X])
      const bend = b.node('Tanh', [b.node('Mul', [inner, number(slope)])])
      return { Y: b.node('Mul', [half, b.node('Add', [bend, number(1)])]) }
    },
  },
})
