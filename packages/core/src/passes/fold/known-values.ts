import type { Tensor } from '../../base/tensor.ts'
import { narrow } from '../../base/wide.ts'
import type { Node } from '../../ir/graph.ts'
import { constantOf } from '../../ops/fact.ts'
import { definePass } from '../define.ts'
import type { GraphView } from '../graph-view.ts'
import { type Folded, foldInto, keptBecause, readOutputs } from './fold-into.ts'

export const knownValues = definePass({
  name: 'known-values',
  priority: 30,
  doc: 'What inference knows in full becomes an initialiser, computations of shapes above all.',
  find: (view, report) => {
    const folded = new Map<Node, Folded>()
    for (const node of view.graph.nodes) {
      const result = fold(view, node)
      if (typeof result === 'string') report(node, result)
      else if (result) folded.set(node, result)
    }
    return foldInto('known-values', view, folded)
  },
})

/** The node's outputs, why not, or undefined where there is nothing to be said. */
function fold(view: GraphView, node: Node): Folded | string | undefined {
  const op = view.op(node)
  const outputs = readOutputs(view, node)
  if (!op || outputs.length === 0) return undefined
  const known = new Map<string, Tensor>()
  for (const name of outputs) {
    const fact = view.fact(name)
    const value = fact && constantOf(fact)
    if (!value) return known.size > 0 || fact?.value ? `"${name}" must be known in full` : undefined
    known.set(name, narrow(value))
  }
  return keptBecause(op) ?? known
}
