/** Gradients of functions that are constant between jumps, and of remainders, which have slopes between them. */
import { eyeLike } from '../../ops/eye-like.ts'
import { hardmax } from '../../ops/hardmax.ts'
import { mod } from '../../ops/mod.ts'
import { defineGradient } from '../rule.ts'

// A - B q, where the quotient q is constant between jumps.
export const modGradient = defineGradient(
  mod,
  ({ b, m, inputs: { A, B }, attrs: { fmod }, gradients: { C }, wants }) => {
    if (!wants('B')) return { A: C }
    const exact = m.div(A, B)
    const cut = (x: string) => b.node('Floor', [x])
    // Towards zero for fmod.
    const quotient = fmod === 1 ? m.mul(m.sign(exact), cut(m.abs(exact))) : cut(exact)
    return { A: C, B: m.neg(m.mul(C, quotient)) }
  },
)

export const hardmaxGradient = defineGradient(hardmax, () => ({}))

/** Nothing but the shape is read. */
export const eyeLikeGradient = defineGradient(eyeLike, () => ({}))
