import type { Attribute } from '../../ir/attribute.ts'
import type { Graph, Node } from '../../ir/graph.ts'

function hasBodies({ attributes }: Node): boolean {
  for (const { kind } of attributes.values()) if (kind === 'graph' || kind === 'graphs') return true
  return false
}

/** The node with each of its bodies changed. */
export function mapBodies(node: Node, change: (graph: Graph) => Graph): Node {
  if (!hasBodies(node)) return node
  const attributes = [...node.attributes].map(([name, attribute]): [string, Attribute] => {
    if (attribute.kind === 'graph') return [name, { ...attribute, value: change(attribute.value) }]
    if (attribute.kind === 'graphs') return [name, { ...attribute, value: attribute.value.map(change) }]
    return [name, attribute]
  })
  return { ...node, attributes: new Map(attributes) }
}
