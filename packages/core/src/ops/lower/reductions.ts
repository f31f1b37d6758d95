/** What the Reduce operators and global pools state about themselves. */
import type { DType } from '../../base/dtype.ts'
import { isFloat } from '../../base/dtype.ts'
import { apply2, constant, convert, type Formula, like, type Reduction } from '../../kernel/formula.ts'
import type { TensorRef } from '../../kernel/lower.ts'
import { normalizeAxes } from '../shared/axes.ts'

type Parts = Pick<Reduction, 'combine'> & Partial<Pick<Reduction, 'map' | 'finish'>>

const same = (x: Formula): Formula => x

/** The reduction of a Reduce operator; undefined where its axes are not known. */
export function reductionOf(
  { data, axes }: { readonly data: TensorRef; readonly axes?: TensorRef | undefined },
  { noop_with_empty_axes: noop }: { readonly noop_with_empty_axes: number },
  { combine, map = same, finish = same }: Parts,
): Reduction | undefined {
  if (axes && !axes.constant) return undefined
  const rank = data.shape.length
  const given = Array.from((axes?.constant?.data as BigInt64Array | undefined) ?? [], Number) // axes are int64
  const all = given.length === 0 && noop === 0
  // A scalar takes the axes 0 and -1, and has nothing to reduce.
  const list = rank === 0 ? [] : all ? data.shape.map((_, axis) => axis) : normalizeAxes(given, rank)
  return { axes: [...list].sort((a, b) => a - b), map, combine, finish }
}

/** The reduction of all axes but batch and channels. */
export function globalReduction(
  { shape }: TensorRef,
  { combine, map = same, finish = same }: Parts,
): Reduction {
  return { axes: shape.map((_, axis) => axis).slice(2), map, combine, finish }
}

/** The mean; that of integers is truncated, and 0 where there are none. Their sum has 64 bits. */
export function meanParts(dtype: DType): Parts {
  if (isFloat(dtype)) return { combine: 'add', finish: (sum, count) => apply2('div', sum, like(count, sum)) }
  const wide = dtype === 'uint64' ? 'uint64' : 'int64'
  return {
    combine: 'add',
    map: (x) => convert(x, wide),
    finish: (sum, count) =>
      count === 0
        ? constant(dtype === wide ? 0n : 0, dtype)
        : convert(apply2('div', sum, constant(BigInt(count), wide)), dtype),
  }
}
