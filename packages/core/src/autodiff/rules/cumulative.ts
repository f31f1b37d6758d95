/** Gradients of running sums and products. */
import { cumProd } from '../../ops/cum-prod.ts'
import { cumSum } from '../../ops/cum-sum.ts'
import { defineGradient } from '../rule.ts'

/** The sum from the other side. */
export const cumSumGradient = defineGradient(cumSum, ({ b, inputs: { axis }, attrs, gradients: { y } }) => ({
  x: b.node('CumSum', [y, axis], { exclusive: attrs.exclusive, reverse: attrs.reverse ? 0 : 1 }),
}))

/**
 * Element i changes all products from it on, each by the quotient of the product and the element. Where the element is
 * the first zero, the quotients are the products that have it left out; behind a zero nothing changes.
 */
export const cumProdGradient = defineGradient(
  cumProd,
  ({ b, m, inputs: { x, axis }, outputs, attrs: { exclusive, reverse }, gradients: { y } }) => {
    const fromEnd = (z: string) => b.node('CumSum', [z, axis], { exclusive, reverse: reverse ? 0 : 1 })
    const isZero = m.equal(x, 0)
    const count = b.node('CumSum', [m.castLike(isZero, x), axis], { reverse })
    const isFirst = m.and(isZero, m.equal(count, 1))
    const without = b.node('CumProd', [m.where(isFirst, 1, x), axis], { exclusive, reverse })
    const atFirst = m.where(isFirst, fromEnd(m.mul(y, without)), 0)
    const elsewhere = m.div(fromEnd(m.mul(y, outputs.y)), m.where(isZero, 1, x))
    return { x: m.where(isZero, atFirst, elsewhere) }
  },
)
