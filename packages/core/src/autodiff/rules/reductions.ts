/** Gradients of reductions. */

import { SlipwayError } from '../../base/errors.ts'
import type { AnyOp } from '../../ops/define.ts'
import { constantOf } from '../../ops/fact.ts'
import { reduceL1 } from '../../ops/reduce-l1.ts'
import { reduceL2 } from '../../ops/reduce-l2.ts'
import { reduceLogSum } from '../../ops/reduce-log-sum.ts'
import { reduceLogSumExp } from '../../ops/reduce-log-sum-exp.ts'
import { reduceMax } from '../../ops/reduce-max.ts'
import { reduceMean } from '../../ops/reduce-mean.ts'
import { reduceMin } from '../../ops/reduce-min.ts'
import { reduceProd } from '../../ops/reduce-prod.ts'
import { reduceSum } from '../../ops/reduce-sum.ts'
import { reduceSumSquare } from '../../ops/reduce-sum-square.ts'
import { integersOf } from '../../ops/shared/elements.ts'
import type { TypedBuilder } from '../../ops/typed-builder.ts'
import type { Maths } from '../maths.ts'
import { defineGradient, type GradientRule } from '../rule.ts'

type ReduceOp = typeof reduceSum

/** What all of them share. */
interface Reduced {
  readonly b: TypedBuilder
  readonly m: Maths
  readonly data: string
  /** The axes that were reduced. */
  readonly axes: readonly number[]
  /** The output, and its gradient, with the reduced axes as ones. */
  readonly output: string
  readonly gradient: string
}

/** Makes the rule of a reduction. */
const reduction =
  (
    op: AnyOp,
    rule: (reduced: Reduced) => string,
  ): GradientRule<ReduceOp['inputs'], ReduceOp['outputs'], ReduceOp['attrs']> =>
  ({ b, m, inputs: { data, axes }, outputs, gradients: { reduced }, attrs }) => {
    const list = axesOf(b, op, data, axes, attrs.noop_with_empty_axes)
    const spread = (x: string) => (attrs.keepdims || list.length === 0 ? x : m.unsqueeze(x, list))
    return {
      data: rule({ b, m, data, axes: list, output: spread(outputs.reduced), gradient: spread(reduced) }),
    }
  }

function axesOf(
  b: TypedBuilder,
  op: AnyOp,
  data: string,
  axes: string | undefined,
  noop: number,
): readonly number[] {
  const rank = b.shape(data).length
  const constant = axes === undefined ? undefined : constantOf(b.fact(axes))
  if (axes !== undefined && !constant) {
    throw new SlipwayError(
      'SLP-A1',
      `Cannot differentiate ${op.name}: its axes must be known, got a computed value`,
    )
  }
  const list = constant ? integersOf(constant) : []
  if (list.length === 0) return noop ? [] : Array.from({ length: rank }, (_, axis) => axis)
  return rank === 0 ? [] : list.map((axis) => (axis < 0 ? axis + rank : axis)).sort((p, q) => p - q)
}

export const reduceSumGradient = defineGradient(
  reduceSum,
  reduction(reduceSum, ({ m, gradient, data }) => m.expandLike(gradient, data)),
)

export const reduceMeanGradient = defineGradient(
  reduceMean,
  reduction(reduceMean, ({ b, m, gradient, data, axes }) => {
    const sizes = axes.map((axis) => b.shape(data)[axis]!)
    const known = sizes.filter((size) => typeof size === 'number')
    if (known.length === sizes.length) {
      const count = known.reduce((product, size) => product * size, 1)
      return m.expandLike(m.mul(gradient, 1 / count), data)
    }
    // How many elements make one is the quotient of two sizes.
    const count = b.node('Div', [b.node('Size', [data]), b.node('Size', [gradient])])
    return m.expandLike(m.div(gradient, m.castLike(count, gradient)), data)
  }),
)

/** Equal elements share it, as PyTorch's amax has it. */
export const reduceMaxGradient = defineGradient(reduceMax, reduction(reduceMax, shares))

/** Equal elements share it, as PyTorch's amin has it. */
export const reduceMinGradient = defineGradient(reduceMin, reduction(reduceMin, shares))

function shares({ m, data, axes, output, gradient }: Reduced): string {
  const hits = m.castLike(m.equal(data, output), data)
  return m.mul(hits, m.div(gradient, m.sum(hits, axes)))
}

export const reduceSumSquareGradient = defineGradient(
  reduceSumSquare,
  reduction(reduceSumSquare, ({ m, data, gradient }) => m.mul(m.mul(data, 2), gradient)),
)

export const reduceL1Gradient = defineGradient(
  reduceL1,
  reduction(reduceL1, ({ m, data, gradient }) => m.mul(m.sign(data), gradient)),
)

/** 0 where the norm is 0, as in PyTorch. */
export const reduceL2Gradient = defineGradient(
  reduceL2,
  reduction(reduceL2, ({ m, data, output, gradient }) => {
    const isZero = m.equal(output, 0)
    return m.mul(data, m.where(isZero, 0, m.div(gradient, m.where(isZero, 1, output))))
  }),
)

export const reduceLogSumExpGradient = defineGradient(
  reduceLogSumExp,
  reduction(reduceLogSumExp, ({ m, data, output, gradient }) => m.mul(m.exp(m.sub(data, output)), gradient)),
)

export const reduceLogSumGradient = defineGradient(
  reduceLogSum,
  reduction(reduceLogSum, ({ m, data, output, gradient }) =>
    m.expandLike(m.div(gradient, m.exp(output)), data),
  ),
)

/** The product of all other elements, also where some are zero. */
export const reduceProdGradient = defineGradient(
  reduceProd,
  reduction(reduceProd, ({ b, m, data, axes, gradient }) => {
    const isZero = m.equal(data, 0)
    const safe = m.where(isZero, 1, data)
    const zeros = m.sum(m.castLike(isZero, data), axes)
    const rest = axes.length === 0 ? safe : b.node('ReduceProd', [safe, m.ints(axes)])
    const atZero = m.where(m.equal(zeros, 1), rest, 0)
    const elsewhere = m.where(m.equal(zeros, 0), rest, 0)
    return m.mul(gradient, m.where(isZero, atZero, m.div(elsewhere, safe)))
  }),
)
