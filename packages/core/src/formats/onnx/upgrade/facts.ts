/**
 * Types of the values of a graph that is being raised, inferred when an adapter first asks: most models never do.
 * Only finished nodes are looked at, because operators know their newest version only.
 */
import { SlipwayError } from '../../../base/errors.ts'
import type { Tensor } from '../../../base/tensor.ts'
import { tensorType, type ValueType } from '../../../base/value.ts'
import { widen } from '../../../base/wide.ts'
import type { Graph, Node } from '../../../ir/graph.ts'
import { type Fact, maxTrackedElements } from '../../../ops/fact.ts'
import { capturedFacts, inferGraph } from '../../../ops/infer-graph.ts'
import { inferNode } from '../../../ops/infer-node.ts'
import { tryFindOp } from '../../../ops/registry.ts'

/** Finds the type of a value of `nodes`, which may grow between two calls. */
export function factsOf(
  graph: Graph,
  nodes: readonly Node[],
  constants: ReadonlyMap<string, Tensor>,
  outer: (name: string) => ValueType | undefined,
): (name: string) => ValueType | undefined {
  const facts = new Map<string, Fact>()
  const inputs = new Set(graph.inputs)
  let done = 0
  const factOf = (name: string): Fact | undefined => {
    const known = facts.get(name)
    if (known) return known
    const value = constants.get(name)
    if (value && !inputs.has(name)) return constantFact(value)
    const type = graph.types.get(name) ?? outer(name)
    return type && { type }
  }
  return (name) => {
    for (; done < nodes.length; done++) inferInto(facts, nodes[done]!, factOf, `node${done}`)
    return facts.get(name)?.type
  }
}

function constantFact(value: Tensor): Fact {
  const type = tensorType(value.dtype, value.shape)
  return value.data.length <= maxTrackedElements ? { type, constant: widen(value) } : { type }
}

function inferInto(
  facts: Map<string, Fact>,
  node: Node,
  factOf: (name: string) => Fact | undefined,
  label: string,
): void {
  const op = tryFindOp(node.domain, node.op)
  const inputs = node.inputs.map((name) => (name === '' ? undefined : factOf(name)))
  if (!op || node.inputs.some((name, i) => name !== '' && !inputs[i])) return
  try {
    const outputs = inferNode(op, node, inputs, {
      label,
      inferGraph: (body, args) => {
        const given = new Map(body.inputs.flatMap((name, i) => (args[i] ? [[name, args[i]] as const] : [])))
        const inner = inferGraph(body, {
          inputs: given,
          captured: capturedFacts(body, facts),
          onRefusal: () => {},
        })
        return body.outputs.map((name) => inner.facts.get(name))
      },
    })
    node.outputs.forEach((name, i) => {
      const fact = outputs[i]
      if (name !== '' && fact) facts.set(name, fact)
    })
  } catch (error) {
    // A node that its operator refuses is reported when the model is checked or run, with all that is known then.
    if (!(error instanceof SlipwayError)) throw error
  }
}
