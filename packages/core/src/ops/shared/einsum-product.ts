/** Contractions as matrix products: transposed and reshaped operands, one MatMul, and the result put in order. */
import type { GraphBuilder } from '../../ir/builder.ts'
import type { Equation } from './einsum-equation.ts'

/** Labels of two operands by what becomes of them. */
export interface ProductLabels {
  /** In both operands and the output. */
  readonly batch: readonly string[]
  readonly summed: readonly string[]
  /** In the first operand and the output only, and in the second. */
  readonly rows: readonly string[]
  readonly columns: readonly string[]
}

type Sizes = ReadonlyMap<string, number>

/**
 * How two operands are a batch of matrix products; undefined where they are not: a label repeats in a term, is summed in
 * one operand alone, or has size 1 in one of two. Products without a sum are no matrix products either.
 */
export function productLabels(
  { terms, output }: Equation,
  shapes: readonly (readonly number[])[],
  sizes: Sizes,
): ProductLabels | undefined {
  const [a, b] = terms
  if (!a || !b || terms.length !== 2) return undefined
  if (terms.some((term) => new Set(term).size !== term.length)) return undefined
  if (terms.some((term, i) => term.some((label, axis) => shapes[i]![axis] !== sizes.get(label))))
    return undefined
  const both = a.filter((label) => b.includes(label))
  const own = (term: readonly string[]) => term.filter((label) => !both.includes(label))
  const [rows, columns] = [own(a), own(b)]
  if ([...rows, ...columns].some((label) => !output.includes(label))) return undefined
  const summed = both.filter((label) => !output.includes(label))
  return summed.length === 0
    ? undefined
    : { batch: both.filter((label) => output.includes(label)), summed, rows, columns }
}

/** The contraction of two operands as nodes. */
export function einsumProduct(
  b: GraphBuilder,
  names: readonly string[],
  { terms, output }: Equation,
  { batch, summed, rows, columns }: ProductLabels,
  sizes: Sizes,
): string {
  const size = (labels: readonly string[]) =>
    labels.reduce((product, label) => product * sizes.get(label)!, 1)
  const matrices = (i: number, groups: readonly (readonly string[])[]) => {
    const x = ordered(b, names[i]!, terms[i]!, groups.flat())
    return b.node('Reshape', [x, b.literal('int64', groups.map(size))], { allowzero: 1 })
  }
  const product = b.node('MatMul', [
    matrices(0, [batch, rows, summed]),
    matrices(1, [batch, summed, columns]),
  ])
  const labels = [...batch, ...rows, ...columns]
  const shape = b.literal(
    'int64',
    labels.map((label) => sizes.get(label)!),
  )
  return ordered(b, b.node('Reshape', [product, shape], { allowzero: 1 }), labels, output)
}

/** Axes put into another order. */
function ordered(b: GraphBuilder, x: string, from: readonly string[], to: readonly string[]): string {
  const perm = to.map((label) => from.indexOf(label))
  return perm.every((axis, i) => axis === i) ? x : b.node('Transpose', [x], { perm })
}
