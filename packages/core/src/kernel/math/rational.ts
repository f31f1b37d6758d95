/**
 * tanh and erf of four floats as x · P(x²) / Q(x²), held to the interval beyond which both round to ±1. Coefficients:
 * minimax (Remez exchange, denominators by reweighting) in relative error, 2.1e-8 and 1.9e-8; all are positive, so that
 * nothing cancels. With rounding, tanh is within 5 and erf within 6 units in the last place, near ±1 where those are 6e-8.
 */
import { op } from '../../wasm/index.ts'
import { hold } from './exponential.ts'
import type { Vector, VectorFunction, VectorMath } from './vector-math.ts'

interface Rational {
  readonly bound: number
  readonly above: readonly number[]
  readonly below: readonly number[]
}

const tanh: Rational = {
  bound: 9.02,
  above: [1, 0.133797184, 0.00349403499, 0.0000205834876, 1.33190818e-8],
  below: [1, 0.467130333, 0.0258710738, 0.000328309339, 7.76202342e-7],
}
const erf: Rational = {
  bound: 3.925,
  above: [1.12837911, 0.190595016, 0.052769471, 0.00377260568, 0.000284845068, 0.00000204602134],
  below: [1, 0.502243161, 0.114183247, 0.0149833085, 0.00116387173, 0.0000380477904],
}

function evaluate(v: VectorMath, x: Vector, { bound, above, below }: Rational): Vector {
  const held = v.f.let(hold(v, x, -bound, bound))
  const square = v.f.let(op('f32x4.mul', held, held))
  const numerator = op('f32x4.mul', held, v.polynomial(square, above))
  // Rounding would give 1.0000001 close to the bound.
  return hold(v, op('f32x4.div', numerator, v.polynomial(square, below)), -1, 1)
}

export const vectorTanh: VectorFunction = (v, x) => evaluate(v, x, tanh)
export const vectorErf: VectorFunction = (v, x) => evaluate(v, x, erf)
