import { normalizeAxis } from '../../base/shape.ts'
import { refuse } from '../refuse.ts'

/** Axes in [0, rank), each at most once. Throws SLP-O2. */
export function normalizeAxes(axes: readonly number[], rank: number): readonly number[] {
  const list = axes.map((axis) => normalizeAxis(axis, rank))
  if (new Set(list).size !== list.length) refuse('axes must not repeat', axes)
  return list
}
