/** What every run of a graph needs and no run changes: constants in kernel form, operators, and who reads what last. */
import { type WideTensor, widen } from '../base/wide.ts'
import { freeValues, type Graph, type Node, readsOf } from '../ir/graph.ts'
import { type AttrSpecs, type Attrs, parseAttributes } from '../ops/attr.ts'
import type { AnyOp } from '../ops/define.ts'
import { tryFindOp } from '../ops/registry.ts'

export interface NodePlan {
  readonly node: Node
  /** Undefined where the operator is not known, which matters only if the node runs. */
  readonly op: AnyOp | undefined
  /** The node's attributes, parsed when first asked for. Throws SLP-O1. */
  readonly attributes: () => Attrs<AttrSpecs>
  /** Values that no later node reads and that are no outputs of the graph. */
  readonly lastReads: readonly string[]
}

export interface GraphPlan {
  readonly graph: Graph
  /** Shared by all runs: never written to. */
  readonly constants: ReadonlyMap<string, WideTensor>
  readonly nodes: readonly NodePlan[]
  /** Values that a node of the graph or of a body reads, and the graph's outputs. */
  readonly read: ReadonlySet<string>
  /** What the graph reads from the graphs around it. */
  readonly captured: ReadonlySet<string>
}

/** Makes the plan of a graph once, however often it is asked for. A plan lives as long as its graph. */
export function graphPlanner(): (graph: Graph) => GraphPlan {
  const plans = new WeakMap<Graph, GraphPlan>()
  return (graph) => {
    const known = plans.get(graph)
    if (known) return known
    const plan = planGraph(graph)
    plans.set(graph, plan)
    return plan
  }
}

function planGraph(graph: Graph): GraphPlan {
  const lastUse = lastUses(graph)
  return {
    graph,
    constants: new Map([...graph.constants].map(([name, value]) => [name, widen(value)])),
    nodes: graph.nodes.map((node, index) => {
      const op = tryFindOp(node.domain, node.op)
      return {
        node,
        op: op?.deprecated ? undefined : op,
        attributes: once(() => parseAttributes(op?.attrs ?? {}, node.attributes)),
        lastReads: readsOf(node).filter((name) => lastUse.get(name) === index),
      }
    }),
    read: new Set(lastUse.keys()),
    captured: freeValues(graph),
  }
}

function once<T>(compute: () => T): () => T {
  let done: { readonly value: T } | undefined
  return () => {
    done ??= { value: compute() }
    return done.value
  }
}

/** Index of the last node that reads each value; outputs are kept for good. */
function lastUses(graph: Graph): ReadonlyMap<string, number> {
  const last = new Map<string, number>()
  graph.nodes.forEach((node, index) => {
    for (const name of readsOf(node)) last.set(name, index)
  })
  for (const name of graph.outputs) last.set(name, Number.POSITIVE_INFINITY)
  return last
}
