/** Gradients of trigonometric and hyperbolic functions and of their inverses. */
import { acos } from '../../ops/acos.ts'
import { acosh } from '../../ops/acosh.ts'
import { asin } from '../../ops/asin.ts'
import { asinh } from '../../ops/asinh.ts'
import { atan } from '../../ops/atan.ts'
import { atanh } from '../../ops/atanh.ts'
import { cosh } from '../../ops/cosh.ts'
import { sinh } from '../../ops/sinh.ts'
import { tan } from '../../ops/tan.ts'
import type { Maths } from '../maths.ts'
import { defineGradient } from '../rule.ts'

// 1 + tan².
export const tanGradient = defineGradient(tan, ({ m, outputs: { output: y }, gradients: { output } }) => ({
  input: m.mul(output, m.add(m.mul(y, y), 1)),
}))

export const sinhGradient = defineGradient(sinh, ({ m, inputs: { input }, gradients: { output } }) => ({
  input: m.mul(output, m.cosh(input)),
}))

export const coshGradient = defineGradient(cosh, ({ m, inputs: { input }, gradients: { output } }) => ({
  input: m.mul(output, m.sinh(input)),
}))

// (1 - x)(1 + x) keeps the digits of 1 - x² near ±1.
const below = (m: Maths, x: string): string => m.mul(m.sub(1, x), m.add(x, 1))

export const asinGradient = defineGradient(asin, ({ m, inputs: { input }, gradients: { output } }) => ({
  input: m.div(output, m.sqrt(below(m, input))),
}))

export const acosGradient = defineGradient(acos, ({ m, inputs: { input }, gradients: { output } }) => ({
  input: m.neg(m.div(output, m.sqrt(below(m, input)))),
}))

export const atanGradient = defineGradient(atan, ({ m, inputs: { input }, gradients: { output } }) => ({
  input: m.div(output, m.add(m.mul(input, input), 1)),
}))

export const asinhGradient = defineGradient(asinh, ({ m, inputs: { input }, gradients: { output } }) => ({
  input: m.div(output, m.sqrt(m.add(m.mul(input, input), 1))),
}))

export const acoshGradient = defineGradient(acosh, ({ m, inputs: { input }, gradients: { output } }) => ({
  input: m.div(output, m.sqrt(m.mul(m.sub(input, 1), m.add(input, 1)))),
}))

export const atanhGradient = defineGradient(atanh, ({ m, inputs: { input }, gradients: { output } }) => ({
  input: m.div(output, below(m, input)),
}))
