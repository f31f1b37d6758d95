/** Which value of one graph stands for which of another. */
import type { Graph } from '../../ir/graph.ts'
import { canonicalNodes, canonicalText } from '../signature.ts'
import { madeValues } from './bisect.ts'

/**
 * Names of `graph` to names of `other`: along the structure where both have the same one, otherwise the names that both
 * have.
 */
export function alignValues(graph: Graph, other: Graph): ReadonlyMap<string, string> {
  if (canonicalText(graph) === canonicalText(other)) {
    const theirs = canonicalNodes(other)
    return new Map(
      canonicalNodes(graph).flatMap((node, i) =>
        node.outputs.flatMap((name, k) => {
          const counterpart = theirs[i]?.outputs[k]
          return name && counterpart ? [[name, counterpart] as const] : []
        }),
      ),
    )
  }
  const known = new Set(madeValues(other))
  const named = madeValues(graph).flatMap((name) => (known.has(name) ? [[name, name] as const] : []))
  // Outputs correspond by their position, whatever they are called.
  const outputs = graph.outputs.flatMap((name, i) =>
    other.outputs[i] === undefined ? [] : [[name, other.outputs[i]] as const],
  )
  return new Map([...named, ...outputs])
}
