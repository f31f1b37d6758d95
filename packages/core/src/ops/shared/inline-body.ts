/** Puts the nodes of a subgraph attribute into the graph that a decomposition builds. */
import type { GraphBuilder } from '../../ir/builder.ts'
import type { Graph } from '../../ir/graph.ts'
import { renameReads } from '../../ir/rewrite.ts'

/** Adds the body's nodes with its inputs bound to `inputs`, and returns the names of its outputs. */
export function inlineBody(b: GraphBuilder, body: Graph, inputs: readonly string[]): string[] {
  const names = new Map(body.inputs.map((name, i) => [name, inputs[i]!]))
  for (const [name, value] of body.constants) names.set(name, b.constant(value))
  for (const node of body.nodes) {
    const moved = renameReads(node, names)
    const outputs = node.outputs.map((name) => (name === '' ? '' : b.fresh(name)))
    b.nodes(node.op, moved.inputs, Object.fromEntries(moved.attributes), {
      name: node.name,
      domain: node.domain,
      outputs,
    })
    node.outputs.forEach((name, i) => {
      if (name !== '') names.set(name, outputs[i]!)
    })
  }
  return body.outputs.map((name) => names.get(name) ?? name)
}
