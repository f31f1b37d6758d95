/** The gradient of sums of products. */
import { dtypeInfo } from '../../base/dtype.ts'
import { einsum } from '../../ops/einsum.ts'
import { parseEquation } from '../../ops/shared/einsum-equation.ts'
import type { TypedBuilder } from '../../ops/typed-builder.ts'
import type { Maths } from '../maths.ts'
import { defineGradient } from '../rule.ts'

/**
 * By each operand: the product of the output's gradient with all other operands, summed over the labels that the
 * operand lacks, repeated along those that it alone has, and on the diagonal of those that it has twice.
 */
export const einsumGradient = defineGradient(
  einsum,
  ({ b, m, inputs: { Inputs }, attrs: { equation }, gradients: { Output }, wants }) => {
    const ranks = Inputs.map((name) => b.shape(name).length)
    const { terms, output } = parseEquation(equation, ranks)
    const letter = letters([...terms.flat(), ...output])
    const text = (labels: readonly string[]) => labels.map(letter).join('')
    const by = (operand: string, i: number): string | undefined => {
      if (!wants('Inputs', i)) return undefined
      const own = terms[i]!
      const others = terms.flatMap((term, k) => (k === i ? [] : [{ term, name: Inputs[k]! }]))
      const elsewhere = new Set([...output, ...others.flatMap(({ term }) => term)])
      const shared = [...new Set(own)].filter((label) => elsewhere.has(label))
      const left = [output, ...others.map(({ term }) => term)].map(text).join(',')
      const names = [Output, ...others.map(({ name }) => name)]
      const sum = b.node('Einsum', names, { equation: `${left}->${text(shared)}` })
      return placed(b, m, sum, { operand, own, shared })
    }
    return { Inputs: Inputs.map(by) }
  },
)

/** A letter for each label, those of ellipses too. */
function letters(labels: readonly string[]): (label: string) => string {
  const list = [...new Set(labels)]
  const all = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ'
  return (label) => all[list.indexOf(label)]!
}

interface Placing {
  readonly operand: string
  readonly own: readonly string[]
  /** The labels of the axes that there are. */
  readonly shared: readonly string[]
}

/** The axes of the operand: what it lacks becomes a one or is masked, and then repeated. */
function placed(b: TypedBuilder, m: Maths, sum: string, { operand, own, shared }: Placing): string {
  const first = (label: string, axis: number) => own.indexOf(label) === axis
  const order = own.filter((label, axis) => first(label, axis) && shared.includes(label))
  const sorted = m.transpose(
    sum,
    order.map((label) => shared.indexOf(label)),
  )
  const missing = [...own.keys()].filter((axis) => !first(own[axis]!, axis) || !shared.includes(own[axis]!))
  const wide = missing.length === 0 ? sorted : m.unsqueeze(sorted, missing)
  const alone = own.some((label) => !shared.includes(label))
  const twice = own.flatMap((label, axis) =>
    first(label, axis) ? [] : [[own.indexOf(label), axis] as const],
  )
  const whole = alone || twice.length > 0 ? m.mul(wide, m.fullLike(operand, 1)) : wide
  return twice.reduce((x, axes) => m.mul(x, diagonal(b, m, operand, axes)), whole)
}

/** Ones where two axes have the same place, zeros elsewhere. */
function diagonal(b: TypedBuilder, m: Maths, like: string, axes: readonly [number, number]): string {
  const rank = b.shape(like).length
  const [rows, columns] = axes.map((axis) => {
    const size = m.squeeze(b.node('Shape', [like], { start: axis, end: axis + 1 }), [0])
    const line = b.node('Range', [b.literal('int64', 0), size, b.literal('int64', 1)])
    return m.unsqueeze(line, [...Array.from({ length: rank }, (_, i) => i).filter((i) => i !== axis)])
  }) as [string, string] // one for each axis
  return b.node('Cast', [m.equal(rows, columns)], { to: dtypeInfo(b.dtype(like)).code })
}
