/** Copies of nodes and graphs with names or bodies changed. What does not change is the same object again. */
import type { Attribute } from './attribute.ts'
import { type Graph, type Node, subgraphsOf } from './graph.ts'

/** A node whose bodies are replaced by what `change` makes of them. `at` is such as `then_branch`. */
export function mapSubgraphs(node: Node, change: (body: Graph, at: string) => Graph): Node {
  let isChanged = false
  const attributes = new Map<string, Attribute>()
  for (const [name, attribute] of node.attributes) {
    const mapped = mapBodies(attribute, name, change)
    isChanged ||= mapped !== attribute
    attributes.set(name, mapped)
  }
  return isChanged ? { ...node, attributes } : node
}

function mapBodies(attribute: Attribute, at: string, change: (body: Graph, at: string) => Graph): Attribute {
  if (attribute.kind === 'graph') {
    const value = change(attribute.value, at)
    return value === attribute.value ? attribute : { kind: 'graph', value }
  }
  if (attribute.kind !== 'graphs') return attribute
  const value = attribute.value.map((body, i) => change(body, `${at}[${i}]`))
  return value.every((body, i) => body === attribute.value[i]) ? attribute : { kind: 'graphs', value }
}

/** A node that reads other values, in its bodies too. */
export function renameReads(node: Node, names: ReadonlyMap<string, string>): Node {
  const inputs = renameAll(node.inputs, names)
  const mapped = mapSubgraphs(node, (body) => renameBody(body, names))
  return inputs === node.inputs ? mapped : { ...mapped, inputs }
}

/** Bodies never redefine a name from around them, so every read of such a name is a capture. */
function renameBody(body: Graph, names: ReadonlyMap<string, string>): Graph {
  const nodes = body.nodes.map((node) => renameReads(node, names))
  const outputs = renameAll(body.outputs, names)
  return outputs === body.outputs && nodes.every((node, i) => node === body.nodes[i])
    ? body
    : { ...body, nodes, outputs }
}

function renameAll(list: readonly string[], names: ReadonlyMap<string, string>): readonly string[] {
  return list.some((name) => names.has(name)) ? list.map((name) => names.get(name) ?? name) : list
}

/** Every name that a graph or one of its bodies defines. */
export function definedNames(graph: Graph): ReadonlySet<string> {
  const names = new Set<string>()
  const walk = (one: Graph) => {
    for (const name of [...one.inputs, ...one.constants.keys()]) names.add(name)
    for (const node of one.nodes) {
      for (const name of node.outputs) if (name !== '') names.add(name)
      for (const [, body] of subgraphsOf(node)) walk(body)
    }
  }
  walk(graph)
  return names
}
