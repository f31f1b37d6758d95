/** Gradients of operators that give one of their inputs, element by element, and of sums of them. */
import { clip } from '../../ops/clip.ts'
import { scalarOf } from '../../ops/fact.ts'
import { max } from '../../ops/max.ts'
import { mean } from '../../ops/mean.ts'
import { min } from '../../ops/min.ts'
import { pow } from '../../ops/pow.ts'
import { sum } from '../../ops/sum.ts'
import { where } from '../../ops/where.ts'
import type { Maths } from '../maths.ts'
import { defineGradient } from '../rule.ts'

export const whereGradient = defineGradient(where, ({ m, inputs: { condition }, gradients: { output } }) => ({
  X: m.where(condition, output, 0),
  Y: m.where(condition, 0, output),
}))

export const sumGradient = defineGradient(sum, ({ inputs: { data_0 }, gradients }) => ({
  data_0: data_0.map(() => gradients.sum),
}))

export const meanGradient = defineGradient(mean, ({ m, inputs: { data_0 }, gradients }) => {
  const share = m.div(gradients.mean, data_0.length)
  return { data_0: data_0.map(() => share) }
})

/** Equal inputs share it, as in PyTorch. */
export const maxGradient = defineGradient(max, ({ m, inputs: { data_0 }, outputs, gradients }) => ({
  data_0: shares(m, data_0, outputs.max, gradients.max),
}))

/** Equal inputs share it, as in PyTorch. */
export const minGradient = defineGradient(min, ({ m, inputs: { data_0 }, outputs, gradients }) => ({
  data_0: shares(m, data_0, outputs.min, gradients.min),
}))

function shares(m: Maths, inputs: readonly string[], output: string, gradient: string): readonly string[] {
  if (inputs.length === 1) return [gradient]
  const hits = inputs.map((input) => m.castLike(m.equal(input, output), output))
  const count = hits.slice(1).reduce((all, one) => m.add(all, one), hits[0]!)
  const share = m.div(gradient, count)
  return hits.map((hit) => m.mul(hit, share))
}

/** Where a limit holds the gradient is the limit's; on the limit itself it is the input's, as in PyTorch. */
export const clipGradient = defineGradient(
  clip,
  ({ m, inputs: { input, min: low, max: high }, gradients: { output } }) => {
    const [isLow, isHigh] = [low && m.less(input, low), high && m.greater(input, high)]
    const kept = isLow ? m.where(isLow, 0, output) : output
    return {
      input: isHigh ? m.where(isHigh, 0, kept) : kept,
      // A limit below the lower one wins.
      min: isLow && (isHigh ? m.where(isHigh, 0, m.where(isLow, output, 0)) : m.where(isLow, output, 0)),
      max: isHigh && m.where(isHigh, output, 0),
    }
  },
)

// d(x^y) = y x^(y-1) dx + x^y log x dy. The second is 0 where x is, whatever the logarithm says.
export const powGradient = defineGradient(
  pow,
  ({ b, m, inputs: { X, Y }, outputs: { Z: z }, gradients: { Z }, wants }) => {
    const exponent = m.castLike(Y, X)
    const known = scalarOf(b.fact(Y))
    const slope = known === 2 ? m.mul(X, 2) : m.mul(m.pow(X, m.sub(exponent, 1)), exponent)
    const isPositive = m.greater(X, 0)
    const log = () => m.log(m.where(isPositive, X, 1))
    return {
      X: m.mul(Z, slope),
      Y: wants('Y') ? m.castLike(m.where(isPositive, m.mul(Z, m.mul(z, log())), 0), Y) : undefined,
    }
  },
)
