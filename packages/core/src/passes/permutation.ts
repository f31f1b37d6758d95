/** Orders of axes, as Transpose writes them: axis i of the output is axis perm[i] of the input. */
import type { Node } from '../ir/graph.ts'
import { tryNumbersOf } from './attributes.ts'
import type { GraphView } from './graph-view.ts'

/** The perm of a Transpose; undefined where it is the default one and the rank is unknown. */
export function permOf(view: GraphView, node: Node): readonly number[] | undefined {
  const given = tryNumbersOf(node, 'perm')
  if (given) return given
  const rank = view.shape(node.inputs[0]!)?.length
  return rank === undefined ? undefined : Array.from({ length: rank }, (_, i) => rank - 1 - i)
}

/** The one perm that does what `first` and then `second` do. */
export function compose(first: readonly number[], second: readonly number[]): readonly number[] {
  return second.map((axis) => first[axis]!)
}

/** True for the perm that changes nothing. */
export function isIdentity(perm: readonly number[]): boolean {
  return perm.every((axis, i) => axis === i)
}
