/** Gradients of evenly spaced numbers: none by the limit, since where it adds an element the output jumps. */
import { range as contribRange } from '../../ops/contrib/range.ts'
import { range } from '../../ops/range.ts'
import type { TypedBuilder } from '../../ops/typed-builder.ts'
import type { Maths } from '../maths.ts'
import { defineGradient } from '../rule.ts'

interface Ends {
  readonly start: string
  readonly delta: string | undefined
}

function byEnds(b: TypedBuilder, m: Maths, { start, delta }: Ends, gradient: string) {
  const long = (x: number) => b.literal('int64', x)
  const steps = () => m.castLike(b.node('Range', [long(0), b.node('Size', [gradient]), long(1)]), gradient)
  return {
    start: m.reshapeLike(m.sum(gradient), start),
    delta: delta === undefined ? undefined : m.reshapeLike(m.sum(m.mul(gradient, steps())), delta),
  }
}

export const rangeGradient = defineGradient(range, ({ b, m, inputs, gradients }) =>
  byEnds(b, m, inputs, gradients.output),
)

export const contribRangeGradient = defineGradient(contribRange, ({ b, m, inputs, gradients }) =>
  byEnds(b, m, inputs, gradients.Y),
)
