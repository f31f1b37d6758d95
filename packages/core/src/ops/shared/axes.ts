/** Lists of axes. */
import { normalizeAxis } from '../../base/shape.ts'
import { refuse } from '../refuse.ts'

/** Axes in [0, rank), each at most once. Throws SLP-O2. */
export function normalizeAxes(axes: readonly number[], rank: number): readonly number[] {
  const list = axes.map((axis) => normalizeAxis(axis, rank))
  if (new Set(list).size !== list.length) refuse('axes must not repeat', axes)
  return list
}

/** The axes from `axis` to the last one, counted from the back; undefined where that takes an unknown rank. */
export function axesFrom(axis: number, rank: number | undefined): number[] | undefined {
  const count = axis < 0 ? -axis : rank === undefined ? undefined : rank - axis
  return count === undefined ? undefined : Array.from({ length: count }, (_, i) => i - count)
}
