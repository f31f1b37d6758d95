import { type Dim, dimText } from '../base/dim.ts'
import { float } from '../ir/builder.ts'
import { attr } from './attr.ts'
import { defineOp } from './define.ts'
import { tensorFact } from './fact.ts'
import { mul, swishOf } from './lower/formulas.ts'
import { one } from './param.ts'
import { refuse } from './refuse.ts'
import { zipElements } from './shared/elementwise.ts'
import { sigmoid } from './shared/math/sigmoid.ts'
import { floats } from './types.ts'

/** Swish of the gate A times B, element by element; both have one shape. */
export const swiglu = defineOp({
  name: 'SwiGLU',
  since: [28],
  types: { T: floats },
  inputs: { A: one('T'), B: one('T') },
  outputs: { Y: one('T') },
  attrs: { alpha: attr.float(1) },
  traits: ['inplace'],
  infer: ({ A, B }) => ({ Y: tensorFact(A.dtype, commonShape(A.shape, B.shape)) }),
  reference: ({ A, B }, { alpha }) => ({
    Y: zipElements(A, B, { float: (a, b) => a * sigmoid(alpha * a) * b }),
  }),
  gradient: 'decomposed',
  lower: {
    kind: 'decompose',
    formula: ({ A, B }, { alpha }) => mul(swishOf(A, alpha), B),
    build: (b, { A, B }, { alpha }) => ({
      Y: b.node('Mul', [b.node('Swish', [A], { alpha: float(alpha) }), B]),
    }),
  },
})

type Sizes = readonly Dim[] | undefined

function commonShape(a: Sizes, b: Sizes): Sizes {
  if (!a || !b) return a ?? b
  const differ = a.length !== b.length || a.some((size, i) => knownApart(size, b[i]!))
  if (differ) refuse('A and B must have one shape', `[${a.map(dimText)}] and [${b.map(dimText)}]`)
  return a.map((size, i) => (typeof size === 'number' ? size : b[i]!))
}

const knownApart = (a: Dim, b: Dim): boolean => typeof a === 'number' && typeof b === 'number' && a !== b
