/**
 * The one graph of Slipway: nodes over named values in topological order. Immutable; changes are patches.
 * A body of If, Loop or Scan is a Graph too and may read values of the graphs around it by name.
 */
import type { Tensor } from '../base/tensor.ts'
import type { ValueType } from '../base/value.ts'
import type { Attributes } from './attribute.ts'

export interface Node {
  /** For messages and profiles; need not be unique. */
  readonly name: string
  /** `''` is the ONNX domain ai.onnx. */
  readonly domain: string
  readonly op: string
  /** Value names; `''` is an omitted optional input. */
  readonly inputs: readonly string[]
  /** Value names; `''` is an output nobody wants. */
  readonly outputs: readonly string[]
  readonly attributes: Attributes
  readonly metadata?: ReadonlyMap<string, string> | undefined
}

export interface Graph {
  readonly name: string
  readonly inputs: readonly string[]
  readonly outputs: readonly string[]
  readonly nodes: readonly Node[]
  /** Initialisers. A constant whose name is also an input is that input's default. */
  readonly constants: ReadonlyMap<string, Tensor>
  /** Declared or inferred types by value name; a value whose type is not known is absent. */
  readonly types: ReadonlyMap<string, ValueType>
  readonly metadata?: ReadonlyMap<string, string> | undefined
}

/** `Conv`, or `ai.onnx.ml.Scaler` outside the ONNX domain. */
export function operatorText({ domain, op }: Pick<Node, 'domain' | 'op'>): string {
  return domain === '' ? op : `${domain}.${op}`
}

/** What messages call a node: its name, or that of its first output where it has none. */
export function nodeLabel({ name, outputs }: Pick<Node, 'name' | 'outputs'>): string {
  return name || (outputs.find((output) => output !== '') ?? '')
}

const none: readonly never[] = []

/** The bodies among a node's attributes, by attribute name. */
export function subgraphsOf(node: Node): readonly (readonly [string, Graph])[] {
  let isPlain = true
  for (const { kind } of node.attributes.values()) isPlain &&= kind !== 'graph' && kind !== 'graphs'
  // Nearly every node; walks over large graphs ask this all the time.
  if (isPlain) return none
  return [...node.attributes].flatMap(([name, attribute]) => {
    if (attribute.kind === 'graph') return [[name, attribute.value] as const]
    if (attribute.kind === 'graphs')
      return attribute.value.map((graph, i) => [`${name}[${i}]`, graph] as const)
    return []
  })
}

/** Values that a node reads, those that its bodies capture included. */
export function readsOf(node: Node): readonly string[] {
  const direct = node.inputs.filter((name) => name !== '')
  const bodies = subgraphsOf(node)
  return bodies.length === 0 ? direct : [...direct, ...bodies.flatMap(([, body]) => [...freeValues(body)])]
}

/** Names that a graph's nodes and outputs read but the graph does not define: captures from outside. */
export function freeValues(graph: Graph): ReadonlySet<string> {
  const defined = new Set([...graph.inputs, ...graph.constants.keys()])
  const free = new Set<string>()
  const read = (name: string) => {
    if (name !== '' && !defined.has(name)) free.add(name)
  }
  for (const node of graph.nodes) {
    readsOf(node).forEach(read)
    for (const name of node.outputs) defined.add(name)
  }
  graph.outputs.forEach(read)
  return free
}
