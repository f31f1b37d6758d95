/** A graph builder that infers each node as it is added, so that types and sizes can be asked for at once. */
import type { Dim } from '../base/dim.ts'
import type { DType } from '../base/dtype.ts'
import { SlipwayError } from '../base/errors.ts'
import { typeText } from '../base/value.ts'
import { type BuilderOptions, type GraphBuilder, graphBuilder, literalTensor } from '../ir/builder.ts'
import { type Node, nodeLabel, readsOf } from '../ir/graph.ts'
import type { Fact } from './fact.ts'
import { constantFact, inferGraph } from './infer-graph.ts'

export interface TypedBuilder extends GraphBuilder {
  /** What is known of a value. Throws SLP-I4 where no value has this name or nothing is known of it. */
  fact(name: string): Fact
  /** Throws SLP-I4 as `fact` does, and where the value is not a tensor. */
  dtype(name: string): DType
  /** Throws SLP-I4 as `fact` does, and where the value is not a tensor of known rank. */
  shape(name: string): readonly Dim[]
  /** What is known of all values so far. */
  readonly facts: ReadonlyMap<string, Fact>
  /** The nodes that were added, in order; those of `from` are not among them. */
  readonly added: readonly Node[]
}

export interface TypedBuilderOptions extends BuilderOptions {
  /** Facts of values of the graphs around this one. */
  readonly captured?: ReadonlyMap<string, Fact>
  /** Facts of values of `from`, where the caller has them. */
  readonly facts?: ReadonlyMap<string, Fact>
}

/** Adding a node throws what its operator refuses. */
export function typedBuilder(options: TypedBuilderOptions = {}): TypedBuilder {
  const { from, captured, onNode } = options
  const known = options.facts ?? (from ? inferGraph(from, captured ? { captured } : {}).facts : captured)
  const facts = new Map<string, Fact>(known)
  const added: Node[] = []
  const b = graphBuilder({
    ...options,
    ...(captured && { reserved: captured.keys() }),
    onNode(node) {
      added.push(node)
      for (const [name, found] of inferAlone(node, facts)) facts.set(name, found)
      onNode?.(node)
    },
  })
  const fact = (name: string): Fact => {
    const found = facts.get(name)
    if (found) return found
    throw new SlipwayError('SLP-I4', `Cannot tell the type of a value: it must be known, got "${name}"`)
  }
  const tensor = (name: string) => {
    const { type } = fact(name)
    if (type.kind === 'tensor') return type
    throw new SlipwayError('SLP-I4', `Cannot use "${name}": it must be a tensor, got ${typeText(type)}`)
  }
  const constant: GraphBuilder['constant'] = (value, wanted) => {
    const name = b.constant(value, wanted)
    facts.set(name, constantFact(value))
    return name
  }
  return {
    ...b,
    input(name, type) {
      facts.set(name, { type })
      return b.input(name, type)
    },
    constant,
    literal: (dtype, value) => constant(literalTensor(dtype, value)),
    fact,
    facts,
    added,
    dtype: (name) => tensor(name).dtype,
    shape(name) {
      const type = tensor(name)
      if (type.shape) return type.shape
      throw new SlipwayError('SLP-I4', `Cannot use "${name}": its rank must be known, got ${typeText(type)}`)
    },
  }
}

/** Facts of what a node defines, given those of what it reads. */
function inferAlone(node: Node, facts: ReadonlyMap<string, Fact>): readonly (readonly [string, Fact])[] {
  const captured = new Map<string, Fact>()
  for (const name of readsOf(node)) {
    const fact = facts.get(name)
    if (fact) captured.set(name, fact)
  }
  const graph = {
    name: nodeLabel(node),
    inputs: [],
    outputs: node.outputs,
    nodes: [node],
    constants: new Map(),
    types: new Map(),
  }
  const found = inferGraph(graph, { captured }).facts
  return node.outputs.flatMap((name) => {
    const fact = name === '' ? undefined : found.get(name)
    return fact ? [[name, fact] as const] : []
  })
}
