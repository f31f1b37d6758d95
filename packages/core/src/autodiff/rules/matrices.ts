/** Gradients of functions of square matrices. */
import { inverse } from '../../ops/contrib/inverse.ts'
import { det } from '../../ops/det.ts'
import type { TypedBuilder } from '../../ops/typed-builder.ts'
import type { Maths } from '../maths.ts'
import { defineGradient } from '../rule.ts'

// Jacobi's formula: d det X = det X tr(X⁻¹ dX).
/** Matrices that have no inverse get no finite gradient, though they have one. */
export const detGradient = defineGradient(det, ({ b, m, inputs: { X }, outputs, gradients: { Y } }) => {
  const scale = m.unsqueeze(m.mul(Y, outputs.Y), [-1, -2])
  return { X: m.mul(scale, turned(b, m, b.node('Inverse', [X], {}, { domain: 'com.microsoft' }))) }
})

// d X⁻¹ = -X⁻¹ dX X⁻¹.
export const inverseGradient = defineGradient(inverse, ({ b, m, outputs: { Y: y }, gradients: { Y } }) => {
  const side = turned(b, m, y)
  return { X: m.neg(m.matmul(m.matmul(side, Y), side)) }
})

function turned(b: TypedBuilder, m: Maths, x: string): string {
  const rank = b.shape(x).length
  const perm = Array.from({ length: rank }, (_, axis) => axis)
  return m.transpose(x, [...perm.slice(0, -2), rank - 1, rank - 2])
}
