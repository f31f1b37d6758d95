import type { Tensor } from '../../base/tensor.ts'
import { type Graph, type Node, subgraphsOf } from '../../ir/graph.ts'
import type { Patch } from '../../ir/patch.ts'
import { renameReads } from '../../ir/rewrite.ts'
import { scalarOf } from '../../ops/fact.ts'
import { definePass } from '../define.ts'
import type { GraphView } from '../graph-view.ts'

export const ifConstant = definePass({
  name: 'if-constant',
  priority: 50,
  doc: 'If with a condition that is known becomes the nodes of the branch that runs.',
  find: (view, report) => {
    for (const node of view.nodesOf('If')) {
      const condition = scalarOf(view.fact(node.inputs[0]!))
      const body = subgraphsOf(node).find(([name]) => name === (condition ? 'then_branch' : 'else_branch'))
      if (condition !== undefined && body) return inlined(view, node, body[1])
      report(node, 'the condition must be known')
    }
    return undefined
  },
})

/** The nodes of a branch under new names; its outputs take the names of the node's outputs. */
function inlined(view: GraphView, node: Node, body: Graph): Patch {
  const names = new Map<string, string>()
  const constants = new Map<string, Tensor>()
  const own = new Set(body.nodes.flatMap(({ outputs }) => outputs))
  const isOwn = (name: string, i: number) => own.has(name) && body.outputs.indexOf(name) === i
  body.outputs.forEach((name, i) => {
    const output = node.outputs[i] ?? ''
    if (isOwn(name, i) && output !== '') names.set(name, output)
  })
  const rename = (name: string): string => {
    if (name === '') return name
    const known = names.get(name) ?? view.fresh(name)
    names.set(name, known)
    return known
  }
  for (const [name, value] of body.constants) constants.set(rename(name), value)
  const outputs = body.nodes.map((inner) => inner.outputs.map(rename))
  const nodes = body.nodes.map((inner, i) => ({ ...renameReads(inner, names), outputs: outputs[i]! }))
  // What a branch returns without making it, or returns twice, needs a node that gives it the name.
  const copies = node.outputs.flatMap((output, i): Node[] => {
    const name = body.outputs[i]!
    if (output === '' || names.get(name) === output) return []
    return [
      {
        name: '',
        domain: '',
        op: 'Identity',
        inputs: [names.get(name) ?? name],
        outputs: [output],
        attributes: new Map(),
      },
    ]
  })
  return { rule: 'if-constant', remove: [node], add: [...nodes, ...copies], constants }
}
