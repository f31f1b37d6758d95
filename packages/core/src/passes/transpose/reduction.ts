/** What a reduction does to the axes of its input. */
import type { Node } from '../../ir/graph.ts'
import { numberOf } from '../attributes.ts'
import type { GraphView } from '../graph-view.ts'
import { tryIntegers } from '../tensors.ts'

export interface Reduction {
  /** The reduced axes, none of them negative. */
  readonly axes: readonly number[]
  readonly rank: number
  /** True where a reduced axis stays with size 1. */
  readonly keepsAxes: boolean
}

/** Undefined for other nodes, and where the axes or the rank are not known. */
export function reductionOf(view: GraphView, node: Node): Reduction | undefined {
  const op = view.op(node)
  const rank = view.shape(node.inputs[0] ?? '')?.length
  if (op?.lower.kind !== 'reduction' || rank === undefined || Object.keys(op.inputs)[1] !== 'axes')
    return undefined
  const all = Array.from({ length: rank }, (_, axis) => axis)
  const given = node.inputs[1] ? tryIntegers(view.constant(node.inputs[1])) : []
  if (!given || (given.length === 0 && numberOf(node, 'noop_with_empty_axes') !== 0)) return undefined
  const axes = given.length === 0 ? all : given.map((axis) => (axis < 0 ? axis + rank : axis))
  return { axes, rank, keepsAxes: numberOf(node, 'keepdims', 1) !== 0 }
}
