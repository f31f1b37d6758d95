/**
 * What a rewrite adds to a graph: nodes and constants under new names, each node inferred as it is added, so that a
 * node that its operator would refuse never reaches the graph.
 */
import type { DType } from '../base/dtype.ts'
import type { Tensor } from '../base/tensor.ts'
import { type AttributeInit, type AttributesInit, literalTensor, toAttributes } from '../ir/builder.ts'
import { type Node, nodeLabel } from '../ir/graph.ts'
import type { AnyOp } from '../ops/define.ts'
import type { Fact } from '../ops/fact.ts'
import { constantFact } from '../ops/infer-graph.ts'
import { inferNode } from '../ops/infer-node.ts'
import type { GraphView } from './graph-view.ts'

export interface EmitOptions {
  readonly domain?: string
  /** Number of outputs; 1 unless given. */
  readonly outputs?: number
}

export interface Emit {
  /** Adds a node and returns the name of its first output. `undefined` inputs are omitted ones. */
  node(
    op: string,
    inputs: readonly (string | undefined)[],
    attributes?: AttributesInit,
    options?: EmitOptions,
  ): string
  /** Adds a node and returns the names of all its outputs. */
  nodes(
    op: string,
    inputs: readonly (string | undefined)[],
    attributes: AttributesInit,
    options: EmitOptions,
  ): readonly string[]
  /** Adds a copy of a node with other inputs or attributes and returns the name of its first output. */
  again(node: Node, inputs: readonly (string | undefined)[], attributes?: AttributesInit): string
  constant(value: Tensor, hint?: string): string
  /** A scalar, or a 1-D tensor for a list. */
  literal(dtype: DType, value: number | bigint | readonly (number | bigint)[]): string
  /** What is known of a value, of the graph or added here. */
  fact(value: string): Fact | undefined
}

/** What an emitter has collected. */
export interface Emitted {
  readonly nodes: Node[]
  readonly constants: Map<string, Tensor>
  readonly facts: Map<string, Fact>
}

/** Collects what a rewrite of `root` adds. Adding a node throws what its operator refuses. */
export function emitter(view: GraphView, root: Node): { readonly emit: Emit; readonly emitted: Emitted } {
  const emitted: Emitted = { nodes: [], constants: new Map(), facts: new Map() }
  const hint = nodeLabel(root)
  const fact = (value: string) => emitted.facts.get(value) ?? view.fact(value)
  const add = (node: Node): readonly string[] => {
    emitted.nodes.push(node)
    const definition = view.op(node)
    if (definition) inferInto(emitted.facts, definition, node, fact)
    return node.outputs
  }
  const constant = (value: Tensor, name = `${hint}/constant`): string => {
    const id = view.fresh(name)
    emitted.constants.set(id, value)
    emitted.facts.set(id, constantFact(value))
    return id
  }
  const nodes: Emit['nodes'] = (op, inputs, attributes, { domain = '', outputs = 1 }) =>
    add({
      name: '',
      domain,
      op,
      inputs: trimmed(inputs),
      outputs: Array.from({ length: outputs }, () => view.fresh(`${hint}/${op}`)),
      attributes: toAttributes(attributes),
    })
  const emit: Emit = {
    nodes,
    node: (op, inputs, attributes = {}, options = {}) => nodes(op, inputs, attributes, options)[0]!,
    again: (node, inputs, attributes = {}) =>
      add({
        ...node,
        inputs: trimmed(inputs),
        outputs: node.outputs.map((name) => (name === '' ? '' : view.fresh(`${hint}/${node.op}`))),
        attributes: changed(node, attributes),
      }).find((name) => name !== '')!,
    constant,
    literal: (dtype, value) => constant(literalTensor(dtype, value)),
    fact,
  }
  return { emit, emitted }
}

function trimmed(inputs: readonly (string | undefined)[]): string[] {
  const names = inputs.map((name) => name ?? '')
  while (names.at(-1) === '') names.pop()
  return names
}

/** A node's attributes with some replaced; `undefined` takes one away. */
function changed(node: Node, init: Readonly<Record<string, AttributeInit | undefined>>): Node['attributes'] {
  const kept = [...node.attributes].filter(([name]) => !(name in init))
  return new Map([...kept, ...toAttributes(init)])
}

function inferInto(
  facts: Map<string, Fact>,
  op: AnyOp,
  node: Node,
  fact: (value: string) => Fact | undefined,
): void {
  const inputs = node.inputs.map((name) => (name === '' ? undefined : fact(name)))
  // Nothing can be said where the graph itself does not know an input's type.
  if (node.inputs.some((name, i) => name !== '' && !inputs[i]) || op.traits.has('control')) return
  const outputs = inferNode(op, node, inputs, { label: nodeLabel(node), inferGraph: () => [] })
  node.outputs.forEach((name, i) => {
    const found = outputs[i]
    if (name !== '' && found) facts.set(name, found)
  })
}
