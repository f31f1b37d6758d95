/** Gradients of operators that standardise over the last axes. */
import { layerNormalization } from '../../ops/layer-normalization.ts'
import { rmsNormalization } from '../../ops/rms-normalization.ts'
import type { TypedBuilder } from '../../ops/typed-builder.ts'
import type { Maths } from '../maths.ts'
import { defineGradient } from '../rule.ts'
import { throughStandardized } from '../standardized.ts'

/** The axes from `axis` on. */
function lastAxes(b: TypedBuilder, x: string, axis: number): readonly number[] {
  const rank = b.shape(x).length
  const first = axis < 0 ? axis + rank : axis
  return Array.from({ length: rank - first }, (_, i) => first + i)
}

// With z = (x - μ) r, where r = 1 / σ, and g the gradient of z: dx = r (g - mean(g) - z mean(g z)).
export const layerNormalizationGradient = defineGradient(
  layerNormalization,
  ({ b, m, inputs: { X, Scale, B }, outputs, attrs: { axis, epsilon }, gradients, wants }) => {
    const { Y } = gradients
    if (Y === undefined) return {}
    const axes = lastAxes(b, X, axis)
    const { mean, inverse } = momentsOf(b, m, X, axes, epsilon, outputs)
    const z = m.mul(m.sub(X, mean), inverse)
    return {
      X: wants('X') ? throughStandardized(m, m.mul(Y, Scale), z, inverse, axes, true) : undefined,
      Scale: m.mul(Y, z),
      B: B && Y,
    }
  },
  { saves: ['Mean', 'InvStdDev'] },
)

// z = x r with r = 1 / rms: dx = r (g - z mean(g z)).
export const rmsNormalizationGradient = defineGradient(
  rmsNormalization,
  ({ b, m, inputs: { X, scale }, attrs: { axis, epsilon }, gradients: { Y } }) => {
    const axes = lastAxes(b, X, axis)
    const inverse = m.reciprocal(m.sqrt(m.add(m.mean(m.mul(X, X), axes), epsilon)))
    const z = m.mul(X, inverse)
    return { X: throughStandardized(m, m.mul(Y, scale), z, inverse, axes, false), scale: m.mul(Y, z) }
  },
)

/** The moments that the operator gave, or computed anew where those are less exact than the input. */
function momentsOf(
  b: TypedBuilder,
  m: Maths,
  x: string,
  axes: readonly number[],
  epsilon: number,
  { Mean, InvStdDev }: { readonly Mean?: string | undefined; readonly InvStdDev?: string | undefined },
): { readonly mean: string; readonly inverse: string } {
  if (Mean !== undefined && InvStdDev !== undefined && b.dtype(Mean) === b.dtype(x))
    return { mean: Mean, inverse: InvStdDev }
  const mean = m.mean(x, axes)
  const deviation = m.sub(x, mean)
  const variance = m.mean(m.mul(deviation, deviation), axes)
  return { mean, inverse: m.reciprocal(m.sqrt(m.add(variance, epsilon))) }
}
