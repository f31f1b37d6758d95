/** Gradients of the four operations and of what is made of them alone. */
import { add } from '../../ops/add.ts'
import { div } from '../../ops/div.ts'
import { mul } from '../../ops/mul.ts'
import { neg } from '../../ops/neg.ts'
import { sub } from '../../ops/sub.ts'
import { defineGradient } from '../rule.ts'

export const addGradient = defineGradient(add, ({ gradients: { C } }) => ({ A: C, B: C }))

export const subGradient = defineGradient(sub, ({ m, gradients: { C } }) => ({ A: C, B: m.neg(C) }))

export const mulGradient = defineGradient(mul, ({ m, inputs: { A, B }, gradients: { C } }) => ({
  A: m.mul(C, B),
  B: m.mul(C, A),
}))

// d(A/B)/dB = -A/B² = -(A/B)/B
export const divGradient = defineGradient(
  div,
  ({ m, inputs: { B }, outputs: { C: y }, gradients: { C } }) => {
    const A = m.div(C, B)
    return { A, B: m.neg(m.mul(A, y)) }
  },
)

export const negGradient = defineGradient(neg, ({ m, gradients: { Y } }) => ({ X: m.neg(Y) }))
