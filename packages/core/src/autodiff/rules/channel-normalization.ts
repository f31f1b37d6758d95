/** Gradients of operators that standardise or scale channels of images by what is around them. */
import { groupNormalization } from '../../ops/group-normalization.ts'
import { instanceNormalization } from '../../ops/instance-normalization.ts'
import { lpNormalization } from '../../ops/lp-normalization.ts'
import { lrn } from '../../ops/lrn.ts'
import type { TypedBuilder } from '../../ops/typed-builder.ts'
import type { Maths } from '../maths.ts'
import { defineGradient } from '../rule.ts'
import { throughStandardized } from '../standardized.ts'

interface Standardized {
  readonly x: string
  /** The gradient of what comes out, before the scale was applied. */
  readonly gradient: string
  readonly axes: readonly number[]
  readonly epsilon: number
}

function standardized(m: Maths, { x, gradient, axes, epsilon }: Standardized) {
  const deviation = m.sub(x, m.mean(x, axes))
  const variance = m.mean(m.mul(deviation, deviation), axes)
  const inverse = m.reciprocal(m.sqrt(m.add(variance, epsilon)))
  const z = m.mul(deviation, inverse)
  return { z, dx: throughStandardized(m, gradient, z, inverse, axes, true) }
}

/** A number per channel, against an input of this rank; and sums over all but the channels. */
function channels(b: TypedBuilder, m: Maths, x: string) {
  const rank = b.shape(x).length
  const others = Array.from({ length: rank }, (_, axis) => axis).filter((axis) => axis !== 1)
  return {
    spread: (one: string) => m.reshape(one, [-1, ...others.slice(1).map(() => 1)]),
    total: (one: string) => m.sum(one, others, false),
  }
}

export const instanceNormalizationGradient = defineGradient(
  instanceNormalization,
  ({ b, m, inputs: { input, scale }, attrs: { epsilon }, gradients: { output } }) => {
    const { spread, total } = channels(b, m, input)
    const axes = [...b.shape(input).keys()].slice(2)
    const gradient = m.mul(output, spread(scale))
    const { z, dx } = standardized(m, { x: input, gradient, axes, epsilon })
    return { input: dx, scale: total(m.mul(output, z)), B: total(output) }
  },
)

export const groupNormalizationGradient = defineGradient(
  groupNormalization,
  ({ b, m, inputs: { X, scale }, attrs: { num_groups, epsilon }, gradients: { Y } }) => {
    const { spread, total } = channels(b, m, X)
    const grouped = (x: string) => m.reshape(x, [0, num_groups, -1])
    const gradient = grouped(m.mul(Y, spread(scale)))
    const { z, dx } = standardized(m, { x: grouped(X), gradient, axes: [2], epsilon })
    return { X: m.reshapeLike(dx, X), scale: total(m.mul(Y, m.reshapeLike(z, X))), bias: total(Y) }
  },
)

// y = x / ‖x‖: dx = (g - s Σ g y) / ‖x‖, where s is y for the 2-norm and the sign of x for the 1-norm. Where the norm is
// 0, so is y, and so is its gradient here.
export const lpNormalizationGradient = defineGradient(
  lpNormalization,
  ({ b, m, inputs: { input }, outputs, attrs: { axis, p }, gradients: { output: g } }) => {
    const axes = [axis < 0 ? axis + b.shape(input).length : axis]
    const y = outputs.output
    const norm = p === 1 ? m.sum(m.abs(input), axes) : m.sqrt(m.sum(m.mul(input, input), axes))
    const along = m.mul(p === 1 ? m.sign(input) : y, m.sum(m.mul(g, y), axes))
    const quotient = m.div(m.sub(g, along), norm)
    return { input: m.where(m.equal(norm, 0), 0, quotient) }
  },
)

// y = x D^-β with D = bias + α / size Σ x² over the channels around: dx = g D^-β - 2 α β / size · x Σ g x D^(-β-1) over
// the channels that the element is around of.
export const lrnGradient = defineGradient(
  lrn,
  ({ b, m, inputs: { X }, attrs: { size, alpha, beta, bias }, gradients: { Y: g } }) => {
    const [below, above] = [Math.floor((size - 1) / 2), Math.ceil((size - 1) / 2)]
    const average = (x: string, first: number, last: number) =>
      averageOverChannels(b, m, x, size, first, last)
    const base = m.add(m.mul(average(m.mul(X, X), below, above), alpha), bias)
    const scaled = m.mul(g, m.pow(base, -beta))
    const along = average(m.mul(m.mul(scaled, X), m.reciprocal(base)), above, below)
    return { X: m.sub(scaled, m.mul(m.mul(X, along), 2 * alpha * beta)) }
  },
)

/** Sums over `size` channels around each one, divided by `size`; channels beyond the first and the last count as 0. */
function averageOverChannels(
  b: TypedBuilder,
  m: Maths,
  x: string,
  size: number,
  below: number,
  above: number,
): string {
  const [, count] = b.shape(x)
  // Positions in one axis, as kernels of pools know two.
  const isFlat = typeof count === 'number'
  const image = isFlat ? m.reshape(x, [0, 1, count, -1]) : m.unsqueeze(x, [1])
  const rest = isFlat
    ? [1]
    : b
        .shape(x)
        .slice(2)
        .map(() => 1)
  const none = rest.map(() => 0)
  const pooled = b.node('AveragePool', [image], {
    kernel_shape: [size, ...rest],
    pads: [below, ...none, above, ...none],
    count_include_pad: 1,
  })
  return isFlat ? m.reshapeLike(pooled, x) : m.squeeze(pooled, [1])
}
