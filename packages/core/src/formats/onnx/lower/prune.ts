import type { Graph, Node } from '../../../ir/graph.ts'
import { readsOf } from '../../../ir/graph.ts'

/**
 * The lowered graph without the nodes and constants that only lowering left unread, such as axes that became an
 * attribute. What nobody read before stays.
 */
export function withoutDeadNodes(lowered: Graph, original: Graph): Graph {
  const deadBefore = deadValues(original)
  const read = new Set(lowered.outputs)
  const kept: Node[] = []
  for (const node of lowered.nodes.toReversed()) {
    const isNeeded = node.outputs.some((name) => read.has(name) || deadBefore.has(name))
    if (!isNeeded && node.outputs.length > 0) continue
    for (const name of readsOf(node)) read.add(name)
    kept.push(node)
  }
  const inputs = new Set(lowered.inputs)
  const constants = [...lowered.constants].filter(
    ([name]) => read.has(name) || inputs.has(name) || deadBefore.has(name),
  )
  const nodes = kept.length === lowered.nodes.length ? lowered.nodes : kept.reverse()
  const gone = new Set([...lowered.constants.keys(), ...lowered.nodes.flatMap(({ outputs }) => outputs)])
  for (const node of nodes) for (const name of node.outputs) gone.delete(name)
  for (const name of [...inputs, ...lowered.outputs, ...constants.map(([key]) => key)]) gone.delete(name)
  const types = [...lowered.types].filter(([name]) => !gone.has(name))
  return { ...lowered, nodes, constants: new Map(constants), types: new Map(types) }
}

/** Values of a graph that no node, body or output reads. */
function deadValues(graph: Graph): ReadonlySet<string> {
  const read = new Set([...graph.outputs, ...graph.nodes.flatMap(readsOf)])
  const defined = [...graph.constants.keys(), ...graph.nodes.flatMap(({ outputs }) => outputs)]
  return new Set(defined.filter((name) => name !== '' && !read.has(name)))
}
