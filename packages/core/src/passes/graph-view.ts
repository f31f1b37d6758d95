/**
 * What rewrites ask a graph: who makes and who reads a value, which values are constants for sure, and what
 * inference knows. Views of bodies see the constants and facts of the graphs around them.
 */
import type { Dim } from '../base/dim.ts'
import type { DType } from '../base/dtype.ts'
import type { Tensor } from '../base/tensor.ts'
import type { FreshName } from '../ir/fresh-names.ts'
import { type Graph, type Node, operatorText, readsOf, subgraphsOf } from '../ir/graph.ts'
import type { AnyOp } from '../ops/define.ts'
import type { Fact } from '../ops/fact.ts'
import type { FactMemo } from '../ops/fact-memo.ts'
import { capturedFacts, inferGraph } from '../ops/infer-graph.ts'
import { tryFindOp } from '../ops/registry.ts'
import { foldNode } from '../reference/fold.ts'

export interface GraphView {
  readonly graph: Graph
  /** The node that defines a value; undefined for inputs, constants and captured values. */
  producer(value: string): Node | undefined
  /** The nodes that read a value, through their bodies too; a node counts once. */
  consumers(value: string): readonly Node[]
  isOutput(value: string): boolean
  /** True where one node reads the value, directly or in a body, and the graph does not return it. */
  isSole(value: string): boolean
  /** The tensor of an initialiser that no caller can replace. A default of a graph input is none. */
  constant(value: string): Tensor | undefined
  fact(value: string): Fact | undefined
  dtype(value: string): DType | undefined
  /** Undefined where the rank is unknown. */
  shape(value: string): readonly Dim[] | undefined
  op(node: Node): AnyOp | undefined
  /** Nodes by operator, `Conv` or `com.microsoft.QLinearAdd`. */
  nodesOf(operator: string): readonly Node[]
  fresh(hint: string): string
  /** The view of a body of this graph. */
  inside(body: Graph): GraphView
  /** The view of a graph that a patch made of this one. */
  again(graph: Graph): GraphView
}

export interface ViewOptions {
  readonly memo: FactMemo
  readonly fresh: FreshName
  readonly outer?: GraphView
  /** Facts of a body's inputs and of what it captures. */
  readonly known?: ReadonlyMap<string, Fact>
}

/** A view of a graph as it is; a patched graph needs another view. */
export function graphView(graph: Graph, options: ViewOptions): GraphView {
  const { outer, memo, fresh, known } = options
  const index = indexOf(graph)
  const inferred = lazily(() => factsOf(graph, memo, known))
  const fact = (value: string) => inferred().facts.get(value)
  const tensorType = (value: string) => {
    const type = fact(value)?.type
    return type?.kind === 'tensor' ? type : undefined
  }
  const view: GraphView = {
    graph,
    producer: (value) => index.producers.get(value),
    consumers: (value) => index.consumers.get(value) ?? [],
    isOutput: (value) => index.outputs.has(value),
    isSole: (value) => index.consumers.get(value)?.length === 1 && !index.outputs.has(value),
    constant: (value) =>
      index.inputs.has(value) ? undefined : (graph.constants.get(value) ?? outer?.constant(value)),
    fact,
    dtype: (value) => tensorType(value)?.dtype,
    shape: (value) => tensorType(value)?.shape,
    op: ({ domain, op }) => tryFindOp(domain, op),
    nodesOf: (operator) => index.byOperator.get(operator) ?? [],
    fresh,
    again: (other) => graphView(other, options),
    inside: (body) =>
      graphView(body, {
        memo,
        fresh,
        known: inferred().bodies.get(body) ?? capturedFacts(body, inferred().facts),
        outer: view,
      }),
  }
  return view
}

interface Index {
  readonly producers: ReadonlyMap<string, Node>
  readonly consumers: ReadonlyMap<string, readonly Node[]>
  readonly byOperator: ReadonlyMap<string, readonly Node[]>
  readonly inputs: ReadonlySet<string>
  readonly outputs: ReadonlySet<string>
}

function indexOf(graph: Graph): Index {
  const producers = new Map<string, Node>()
  const consumers = new Map<string, Node[]>()
  const byOperator = new Map<string, Node[]>()
  for (const node of graph.nodes) {
    for (const name of node.outputs) if (name !== '') producers.set(name, node)
    for (const name of readsOf(node)) {
      const list = consumers.get(name)
      if (!list) consumers.set(name, [node])
      else if (list.at(-1) !== node) list.push(node)
    }
    const operator = operatorText(node)
    const list = byOperator.get(operator)
    if (list) list.push(node)
    else byOperator.set(operator, [node])
  }
  return { producers, consumers, byOperator, inputs: new Set(graph.inputs), outputs: new Set(graph.outputs) }
}

interface Facts {
  readonly facts: ReadonlyMap<string, Fact>
  /** What the last inference of each body was given. */
  readonly bodies: ReadonlyMap<Graph, ReadonlyMap<string, Fact>>
}

function factsOf(graph: Graph, memo: FactMemo, known: ReadonlyMap<string, Fact> | undefined): Facts {
  const bodies = new Map<Graph, ReadonlyMap<string, Fact>>()
  const shared = sharedBodies(graph)
  const { facts } = inferGraph(graph, {
    memo,
    fold: foldNode,
    // A node that refuses its inputs is left alone; running it says why.
    onRefusal: () => {},
    onGraph: (body, inner) => {
      if (shared.has(body)) return
      const outside = [...capturedFacts(body, inner)]
      const inputs = body.inputs.flatMap((name) =>
        inner.has(name) ? [[name, inner.get(name)!] as const] : [],
      )
      bodies.set(body, new Map([...outside, ...inputs]))
    },
    ...(known && { inputs: known, captured: known }),
  })
  return { facts, bodies }
}

/** Bodies that stand in several places are given several sets of facts, of which none holds for all. */
function sharedBodies(graph: Graph): ReadonlySet<Graph> {
  const seen = new Set<Graph>()
  const shared = new Set<Graph>()
  for (const node of graph.nodes) {
    for (const [, body] of subgraphsOf(node)) {
      if (seen.has(body)) shared.add(body)
      seen.add(body)
    }
  }
  return shared
}

function lazily<T>(compute: () => T): () => T {
  let done: { readonly value: T } | undefined
  return () => {
    done ??= { value: compute() }
    return done.value
  }
}
