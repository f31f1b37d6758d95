/** Gradients of powers, roots, exponentials and logarithms. */
import { exp } from '../../ops/exp.ts'
import { log } from '../../ops/log.ts'
import { sqrt } from '../../ops/sqrt.ts'
import { defineGradient } from '../rule.ts'

export const expGradient = defineGradient(exp, ({ m, outputs, gradients }) => ({
  input: m.mul(gradients.output, outputs.output),
}))

export const logGradient = defineGradient(log, ({ m, inputs, gradients }) => ({
  input: m.div(gradients.output, inputs.input),
}))

export const sqrtGradient = defineGradient(sqrt, ({ m, outputs, gradients }) => ({
  X: m.div(m.mul(gradients.Y, 0.5), outputs.Y),
}))
