import type { Node } from '../../ir/graph.ts'
import { sweep } from '../batch.ts'
import { definePass } from '../define.ts'
import type { GraphView } from '../graph-view.ts'

export const deadCode = definePass({
  name: 'dead-code',
  priority: 0,
  doc: 'Nodes and constants that no output of the graph depends on go away, random ones included.',
  find: (view) => {
    const remove = new Set(view.graph.nodes.filter(isUnread(view)))
    const constants = new Set([...sweep(view, remove, new Set()), ...unreadConstants(view)])
    if (remove.size === 0 && constants.size === 0) return undefined
    return { rule: 'dead-code', remove: [...remove], removeConstants: [...constants] }
  },
})

const isUnread = (view: GraphView) => (node: Node) =>
  node.outputs.every((name) => name === '' || (!view.isOutput(name) && view.consumers(name).length === 0))

/** Defaults of graph inputs belong to the interface of the graph and stay. */
function unreadConstants(view: GraphView): readonly string[] {
  const given = new Set(view.graph.inputs)
  return [...view.graph.constants.keys()].filter(
    (name) => !given.has(name) && !view.isOutput(name) && view.consumers(name).length === 0,
  )
}
