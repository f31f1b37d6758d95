/** Gradients of activations. At kinks they are PyTorch's: that of the side on which the function is constant, or less steep. */
import { celu } from '../../ops/celu.ts'
import { elu } from '../../ops/elu.ts'
import { gelu } from '../../ops/gelu.ts'
import { hardSigmoid } from '../../ops/hard-sigmoid.ts'
import { hardSwish } from '../../ops/hard-swish.ts'
import { leakyRelu } from '../../ops/leaky-relu.ts'
import { prelu } from '../../ops/prelu.ts'
import { relu } from '../../ops/relu.ts'
import { selu } from '../../ops/selu.ts'
import { shrink } from '../../ops/shrink.ts'
import { softplus } from '../../ops/softplus.ts'
import { softsign } from '../../ops/softsign.ts'
import { swish } from '../../ops/swish.ts'
import { thresholdedRelu } from '../../ops/thresholded-relu.ts'
import type { Maths } from '../maths.ts'
import { defineGradient } from '../rule.ts'

export const reluGradient = defineGradient(relu, ({ m, outputs: { Y: y }, gradients: { Y } }) => ({
  X: m.where(m.greater(y, 0), Y, 0),
}))

export const leakyReluGradient = defineGradient(
  leakyRelu,
  ({ m, inputs: { X }, attrs: { alpha }, gradients: { Y } }) => ({
    X: m.where(m.greater(X, 0), Y, m.mul(Y, alpha)),
  }),
)

export const eluGradient = defineGradient(
  elu,
  ({ m, inputs: { X }, attrs: { alpha }, gradients: { Y } }) => ({
    X: m.where(m.greater(X, 0), Y, m.mul(Y, m.mul(m.exp(X), alpha))),
  }),
)

export const celuGradient = defineGradient(
  celu,
  ({ m, inputs: { X }, attrs: { alpha }, gradients: { Y } }) => ({
    X: m.where(m.greater(X, 0), Y, m.mul(Y, m.exp(m.div(X, alpha)))),
  }),
)

export const preluGradient = defineGradient(prelu, ({ m, inputs: { X, slope }, gradients: { Y } }) => {
  const isAbove = m.greater(X, 0)
  return { X: m.where(isAbove, Y, m.mul(Y, slope)), slope: m.where(isAbove, 0, m.mul(Y, X)) }
})

export const thresholdedReluGradient = defineGradient(
  thresholdedRelu,
  ({ m, inputs: { X }, attrs: { alpha }, gradients: { Y } }) => ({
    X: m.where(m.greater(X, alpha), Y, 0),
  }),
)

export const shrinkGradient = defineGradient(
  shrink,
  ({ b, m, inputs: { input }, attrs: { lambd }, gradients: { output } }) => ({
    input: m.where(b.node('Or', [m.greater(input, lambd), m.less(input, -lambd)]), output, 0),
  }),
)

export const seluGradient = defineGradient(
  selu,
  ({ m, inputs: { X }, attrs: { alpha, gamma }, gradients: { Y } }) => ({
    X: m.mul(Y, m.where(m.greater(X, 0), m.fullLike(X, gamma), m.mul(m.exp(X), alpha * gamma))),
  }),
)

export const softplusGradient = defineGradient(softplus, ({ m, inputs: { X }, gradients: { Y } }) => ({
  X: m.mul(Y, m.sigmoid(X)),
}))

export const softsignGradient = defineGradient(
  softsign,
  ({ m, inputs: { input }, gradients: { output } }) => {
    const root = m.add(m.abs(input), 1)
    return { input: m.div(output, m.mul(root, root)) }
  },
)

export const hardSigmoidGradient = defineGradient(
  hardSigmoid,
  ({ m, outputs: { Y: y }, attrs: { alpha }, gradients: { Y } }) => ({
    X: m.where(inside(m, y, 0, 1), m.mul(Y, alpha), 0),
  }),
)

// x · clip(x / 6 + 1/2, 0, 1): 0 below -3, 1 above 3, x / 3 + 1/2 between them.
export const hardSwishGradient = defineGradient(hardSwish, ({ m, inputs: { X }, gradients: { Y } }) => {
  const slope = m.add(m.mul(X, 1 / 3), 0.5)
  const upper = m.where(m.less(X, 3), slope, 1)
  return { X: m.mul(Y, m.where(m.greater(X, -3), upper, 0)) }
})

export const swishGradient = defineGradient(
  swish,
  ({ m, inputs: { X }, attrs: { alpha }, gradients: { Y } }) => {
    const s = m.sigmoid(alpha === 1 ? X : m.mul(X, alpha))
    const bend = m.mul(m.mul(X, alpha), m.sub(1, s))
    return { X: m.mul(Y, m.mul(s, m.add(bend, 1))) }
  },
)

// d(x Φ(x)) = Φ(x) + x φ(x), with Φ(x) = (1 + erf(x / √2)) / 2 and φ the normal density.
export const geluGradient = defineGradient(
  gelu,
  ({ b, m, inputs: { X }, attrs: { approximate }, gradients: { Y } }) => {
    if (approximate === 'tanh') return { X: m.mul(Y, tanhSlope(m, X)) }
    const phi = m.mul(m.add(b.node('Erf', [m.mul(X, Math.SQRT1_2)]), 1), 0.5)
    const density = m.mul(m.exp(m.mul(m.mul(X, X), -0.5)), 1 / Math.sqrt(2 * Math.PI))
    return { X: m.mul(Y, m.add(phi, m.mul(X, density))) }
  },
)

// With t = tanh(c (x + a x³)): (1 + t) / 2 + x (1 - t²) c (1 + 3 a x²) / 2.
function tanhSlope(m: Maths, x: string): string {
  const [c, a] = [Math.sqrt(2 / Math.PI), 0.044715]
  const square = m.mul(x, x)
  const t = m.tanh(m.mul(m.mul(x, m.add(m.mul(square, a), 1)), c))
  const inner = m.mul(m.add(m.mul(square, 3 * a), 1), c)
  const bend = m.mul(m.mul(x, m.sub(1, m.mul(t, t))), inner)
  return m.mul(m.add(m.add(t, 1), bend), 0.5)
}

function inside(m: Maths, y: string, low: number, high: number): string {
  return m.and(m.greater(y, low), m.less(y, high))
}
