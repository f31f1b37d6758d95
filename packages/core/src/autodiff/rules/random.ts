/** Gradients of operators that draw numbers. */
import { bernoulli } from '../../ops/bernoulli.ts'
import { dropout } from '../../ops/dropout.ts'
import { randomNormalLike } from '../../ops/random-normal-like.ts'
import { randomUniformLike } from '../../ops/random-uniform-like.ts'
import { defineGradient } from '../rule.ts'

/** What is drawn depends on the shape of the input alone. */
export const randomNormalLikeGradient = defineGradient(randomNormalLike, () => ({}))
export const randomUniformLikeGradient = defineGradient(randomUniformLike, () => ({}))
/** What is drawn is constant but for jumps: zero, as in PyTorch. */
export const bernoulliGradient = defineGradient(bernoulli, () => ({}))

/** What was kept is scaled as on the way forward; the ratio gets no gradient, as in PyTorch. */
export const dropoutGradient = defineGradient(
  dropout,
  ({ m, inputs: { data, ratio, training_mode: trains }, outputs: { mask }, gradients: { output } }) => {
    if (output === undefined) return {}
    if (trains === undefined || mask === undefined) return { data: output }
    const kept = m.where(mask, output, 0)
    const scale =
      ratio === undefined ? m.fullLike(output, 2) : m.reciprocal(m.sub(1, m.castLike(ratio, data)))
    return { data: m.where(trains, m.mul(kept, scale), output) }
  },
  { saves: ['mask'] },
)
