/** Whether values of a small batch are those of the first rows of a larger one. */
import type { Graph, Node } from '../../ir/graph.ts'
import { type Distance, distance, isWithin, limitOf } from './distance.ts'
import type { Values } from './run-values.ts'
import { isMeasured, rowAxis, takeFirst } from './take-rows.ts'

export interface RowDifference {
  readonly value: string
  readonly distance: Distance | string
}

/** Why a value of `rows` rows is not the beginning of the same value of `allRows` rows; undefined where it is. */
export function compareRows(
  name: string,
  small: Values,
  large: Values,
  rows: number,
  allRows: number,
): RowDifference | undefined {
  const [a, b] = [small.get(name), large.get(name)]
  if (a?.kind !== 'tensor' || b?.kind !== 'tensor' || !isMeasured(b)) return undefined
  const isSame = String(a.shape) === String(b.shape)
  const at = isSame ? undefined : rowAxis(a.shape, b.shape, rows, allRows)
  // A value that is laid out in another way shows nothing by itself; what is made of it does.
  if (!isSame && !at) return undefined
  const found = distance(a, at ? takeFirst(b, at.axis, at.perRow * rows) : b)
  const isFine = typeof found !== 'string' && isWithin(found, limitOf(b))
  return isFine ? undefined : { value: name, distance: found }
}

/** The first node whose result mixes rows, though nothing that it reads does. */
export function firstMixing(
  graph: Graph,
  small: Values,
  large: Values,
  rows: number,
  allRows: number,
): { readonly node: Node; readonly found: RowDifference } | undefined {
  for (const node of graph.nodes) {
    for (const name of node.outputs) {
      const found = name === '' ? undefined : compareRows(name, small, large, rows, allRows)
      if (found) return { node, found }
    }
  }
  return undefined
}
