/** The parts that exporters' normalisations are made of. */
import { type Dim, dimsEqual } from '../../base/dim.ts'
import type { Tensor } from '../../base/tensor.ts'
import type { Match } from '../define.ts'
import { constant, either, op, type Pattern } from '../pattern.ts'
import { reductionOf } from '../transpose/reduction.ts'

const scalar = ({ data }: Tensor): string | undefined =>
  data.length === 1 ? undefined : 'must have one element'
const squareOf = (x: Pattern): Pattern => either(op('Pow', [x, 2]), op('Mul', [x, x]))

/** v / √(mean(v²) + epsilon). */
const normalized = (v: Pattern): Pattern => {
  const mean = op('ReduceMean', [squareOf(v)], { open: true })
  const root = op('Sqrt', [op('Add', [mean, constant('epsilon', scalar)])])
  const inverse = either(op('Reciprocal', [root]), op('Div', [1, root]))
  return either(op('Div', [v, root]), op('Mul', [v, inverse]))
}

const x: Pattern = { kind: 'value', as: 'x' }

/** x less its mean, over the root of its variance. */
export const standardized = normalized(op('Sub', [x, op('ReduceMean', [x], { open: true })]))

/** x over the root of the mean of its squares. */
export const rootMeanSquared = normalized(x)

/** The axes that all means of a match go over, in order; undefined where they differ or vanish. */
export function meanAxes({ view, matched }: Match): readonly number[] | undefined {
  const lists = matched.filter((node) => node.op === 'ReduceMean').map((node) => reductionOf(view, node))
  const [first] = lists
  const textOf = (axes: readonly number[] | undefined) => String([...(axes ?? [])].sort((a, b) => a - b))
  const isOne = lists.every((one) => one?.keepsAxes && textOf(one.axes) === textOf(first?.axes))
  return isOne ? first && [...first.axes].sort((a, b) => a - b) : undefined
}

/** The first of the last axes of `rank`, where `axes` are exactly those. */
export function tryFirstOfLast(axes: readonly number[] | undefined, rank: number): number | undefined {
  const first = axes?.[0]
  const isLast =
    first !== undefined && axes!.every((axis, i) => axis === first + i) && axes!.at(-1) === rank - 1
  return isLast ? first : undefined
}

/** True where a factor or an offset differs along the axes from `first` to before `end` only, and fits them. */
export function liesWithin(
  factor: readonly Dim[] | undefined,
  x: readonly Dim[],
  first: number,
  end = x.length,
): boolean {
  if (!factor || factor.length > x.length) return false
  const skipped = x.length - factor.length
  return factor.every((size, i) => {
    const axis = skipped + i
    return size === 1 || (axis >= first && axis < end && dimsEqual(size, x[axis]!))
  })
}
