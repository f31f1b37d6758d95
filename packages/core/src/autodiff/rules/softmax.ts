/** Gradients of softmax and its logarithm. */
import { logSoftmax } from '../../ops/log-softmax.ts'
import { softmax } from '../../ops/softmax.ts'
import { defineGradient } from '../rule.ts'

export const softmaxGradient = defineGradient(
  softmax,
  ({ m, outputs: { output: y }, attrs: { axis }, gradients: { output } }) => {
    const weighted = m.mul(output, y)
    return { input: m.sub(weighted, m.mul(y, m.sum(weighted, [axis]))) }
  },
)

export const logSoftmaxGradient = defineGradient(
  logSoftmax,
  ({ m, outputs: { output: y }, attrs: { axis }, gradients: { output } }) => ({
    input: m.sub(output, m.mul(m.exp(y), m.sum(output, [axis]))),
  }),
)
