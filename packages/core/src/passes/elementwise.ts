/** Whether a node computes each element of its output from the elements at the same place of its inputs. */
import type { Node } from '../ir/graph.ts'
import type { Fact } from '../ops/fact.ts'
import { inferGraph } from '../ops/infer-graph.ts'
import { tryFindOp } from '../ops/registry.ts'
import { decomposition } from '../reference/run-node.ts'
import type { GraphView } from './graph-view.ts'

/** By lowering kind, or by that of everything the operator decomposes into. A list attribute may speak of an axis. */
export function isElementwise(view: GraphView, node: Node): boolean {
  return isElementwiseGiven(
    node,
    node.inputs.map((name) => (name === '' ? undefined : view.fact(name))),
  )
}

function isElementwiseGiven(node: Node, facts: readonly (Fact | undefined)[]): boolean {
  const op = tryFindOp(node.domain, node.op)
  if (!op || node.outputs.length !== 1) return false
  for (const { kind } of node.attributes.values()) if (kind.endsWith('s')) return false
  if (op.lower.kind === 'elementwise') return true
  if (op.lower.kind !== 'decompose' || node.inputs.some((name, i) => name !== '' && !facts[i])) return false
  const graph = decomposition(op, node, facts)
  if (!graph) return false
  const { facts: inner } = inferGraph(graph)
  return graph.nodes.every(
    (part) =>
      isElementwiseGiven(
        part,
        part.inputs.map((name) => inner.get(name)),
      ) || isCopy(part),
  )
}

/** What the decomposition of an operator that has nothing to do consists of. */
const isCopy = ({ domain, op }: Node): boolean => domain === '' && op === 'Identity'
