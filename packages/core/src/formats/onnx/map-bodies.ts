import type { Attribute } from '../../ir/attribute.ts'
import { type Graph, type Node, subgraphsOf } from '../../ir/graph.ts'

/** The node with each of its bodies changed. */
export function mapBodies(node: Node, change: (graph: Graph) => Graph): Node {
  if (subgraphsOf(node).length === 0) return node
  const attributes = [...node.attributes].map(([name, attribute]): [string, Attribute] => {
    if (attribute.kind === 'graph') return [name, { ...attribute, value: change(attribute.value) }]
    if (attribute.kind === 'graphs') return [name, { ...attribute, value: attribute.value.map(change) }]
    return [name, attribute]
  })
  return { ...node, attributes: new Map(attributes) }
}
