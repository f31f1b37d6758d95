/** Gradients of functions of one number. */
import { abs } from '../../ops/abs.ts'
import { cast } from '../../ops/cast.ts'
import { ceil } from '../../ops/ceil.ts'
import { cos } from '../../ops/cos.ts'
import { erf } from '../../ops/erf.ts'
import { floor } from '../../ops/floor.ts'
import { identity } from '../../ops/identity.ts'
import { reciprocal } from '../../ops/reciprocal.ts'
import { round } from '../../ops/round.ts'
import { sigmoid } from '../../ops/sigmoid.ts'
import { sign } from '../../ops/sign.ts'
import { sin } from '../../ops/sin.ts'
import { barrier } from '../../ops/slipway/barrier.ts'
import { tanh } from '../../ops/tanh.ts'
import { defineGradient } from '../rule.ts'

/** 0 at 0. */
export const absGradient = defineGradient(abs, ({ m, inputs: { X }, gradients: { Y } }) => ({
  X: m.mul(Y, m.sign(X)),
}))

export const reciprocalGradient = defineGradient(reciprocal, ({ m, outputs, gradients }) => ({
  X: m.neg(m.mul(gradients.Y, m.mul(outputs.Y, outputs.Y))),
}))

export const sinGradient = defineGradient(sin, ({ m, inputs: { input }, gradients: { output } }) => ({
  input: m.mul(output, m.cos(input)),
}))

export const cosGradient = defineGradient(cos, ({ m, inputs: { input }, gradients: { output } }) => ({
  input: m.neg(m.mul(output, m.sin(input))),
}))

export const tanhGradient = defineGradient(tanh, ({ m, outputs: { output: y }, gradients: { output } }) => ({
  input: m.mul(output, m.sub(1, m.mul(y, y))),
}))

export const sigmoidGradient = defineGradient(sigmoid, ({ m, outputs: { Y: y }, gradients: { Y } }) => ({
  X: m.mul(Y, m.mul(y, m.sub(1, y))),
}))

export const erfGradient = defineGradient(erf, ({ m, inputs: { input: x }, gradients: { output } }) => ({
  input: m.mul(output, m.mul(m.exp(m.neg(m.mul(x, x))), 2 / Math.sqrt(Math.PI))),
}))

export const identityGradient = defineGradient(identity, ({ gradients: { output } }) => ({ input: output }))

export const barrierGradient = defineGradient(barrier, ({ gradients: { output } }) => ({ input: output }))

export const castGradient = defineGradient(cast, ({ m, inputs, gradients: { output } }) => ({
  input: m.castLike(output, inputs.input),
}))

export const signGradient = defineGradient(sign, () => ({}))
export const floorGradient = defineGradient(floor, () => ({}))
export const ceilGradient = defineGradient(ceil, () => ({}))
export const roundGradient = defineGradient(round, () => ({}))
