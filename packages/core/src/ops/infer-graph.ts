/**
 * Types of every value of a graph, in one walk. Small integer tensors are tracked as symbolic dimensions, and
 * nodes whose inputs are all small constants are folded by their reference kernels (`fold`, given by the caller).
 */

import { SlipwayError } from '../base/errors.ts'
import { elementCount } from '../base/shape.ts'
import type { Tensor } from '../base/tensor.ts'
import { tensorType, type ValueType } from '../base/value.ts'
import { type WideValue, widen } from '../base/wide.ts'
import {
  freeValues,
  type Graph,
  type Node,
  nodeLabel,
  operatorText,
  readsOf,
  subgraphsOf,
} from '../ir/graph.ts'
import type { AttrSpecs, Attrs } from './attr.ts'
import type { AnyOp } from './define.ts'
import { constantOf, type Fact, maxTrackedElements } from './fact.ts'
import type { FactMemo, NodeKnowledge } from './fact-memo.ts'
import { inferNode } from './infer-node.ts'
import { tryFindOp } from './registry.ts'

export interface InferOptions {
  /** Facts that replace the declared ones of inputs, such as concrete shapes. */
  readonly inputs?: ReadonlyMap<string, Fact>
  /** Facts of values captured from the graphs around this one. */
  readonly captured?: ReadonlyMap<string, Fact>
  /** Computes a node whose inputs are all known; undefined where it must not or cannot. */
  readonly fold?: (
    op: AnyOp,
    node: Node,
    inputs: readonly (WideValue | undefined)[],
  ) => readonly (WideValue | undefined)[] | undefined
  /** Takes the refusals of operators instead of throwing the first one. */
  readonly onRefusal?: (error: SlipwayError, node: Node, index: number) => void
  /** Takes the facts of each body, as often as it is inferred, and at last those of the graph itself. */
  readonly onGraph?: (graph: Graph, facts: ReadonlyMap<string, Fact>) => void
  /** Keeps the facts of nodes from one call to the next. A memo fits one choice of `fold`. */
  readonly memo?: FactMemo
  /** Parsed attributes, from callers that keep them. Throws SLP-O1. */
  readonly attributes?: (op: AnyOp, node: Node) => Attrs<AttrSpecs>
  readonly path?: string
}

/** A value whose type or rank inference could not find, and why. */
export interface Unknown {
  readonly value: string
  readonly node: string
  readonly operator: string
  readonly reason:
    | 'operator is unknown'
    | 'operator gave no type'
    | 'rank is unknown'
    | 'operator refused its inputs'
}

export interface Inferred {
  readonly facts: ReadonlyMap<string, Fact>
  /** In graph order: the first entry is where knowledge was lost. */
  readonly unknown: readonly Unknown[]
}

/** Facts of all values of a graph. Throws the first refusal unless `onRefusal` takes it. */
export function inferGraph(graph: Graph, options: InferOptions = {}): Inferred {
  const facts = new Map<string, Fact>(options.captured)
  const unknown: Unknown[] = []
  const { memo } = options
  for (const [name, value] of graph.constants) {
    facts.set(name, memo ? memo.constant(value, () => constantFact(value)) : constantFact(value))
  }
  for (const name of graph.inputs) {
    const given = options.inputs?.get(name)
    const declared = graph.types.get(name)
    // An initialiser of the same name is only a default, so its value must not be folded.
    if (given) facts.set(name, given)
    else if (declared) facts.set(name, memo ? memo.declared(declared) : { type: declared })
  }
  graph.nodes.forEach((node, index) => {
    const lost = inferInto(facts, graph, node, index, options)
    unknown.push(...lost)
  })
  options.onGraph?.(graph, facts)
  return { facts, unknown }
}

/** What a body reads from around it; handing on every fact would cost the square of the nodes. */
export function capturedFacts(body: Graph, facts: ReadonlyMap<string, Fact>): ReadonlyMap<string, Fact> {
  return new Map(
    [...freeValues(body)].flatMap((name) => {
      const fact = facts.get(name)
      return fact ? [[name, fact] as const] : []
    }),
  )
}

/** All that is known of a constant; small ones are constants for inference too. */
export function constantFact(value: Tensor): Fact {
  const type = tensorType(value.dtype, value.shape)
  return elementCount(value.shape) <= maxTrackedElements ? { type, constant: widen(value) } : { type }
}

function inferInto(
  facts: Map<string, Fact>,
  graph: Graph,
  node: Node,
  index: number,
  options: InferOptions,
): Unknown[] {
  const lost = (reason: Unknown['reason']): Unknown[] =>
    node.outputs
      .filter((name) => name !== '')
      .map((value) => ({ value, node: nodeLabel(node), operator: operatorText(node), reason }))
  const op = tryFindOp(node.domain, node.op)
  const inputs = node.inputs.map((name) => (name === '' ? undefined : facts.get(name)))
  const declare = () => {
    for (const name of node.outputs) {
      const type = graph.types.get(name)
      if (type) facts.set(name, { type })
    }
  }
  if (!op) {
    declare()
    return lost('operator is unknown')
  }
  // An input without a known type leaves the outputs to their declarations.
  if (node.inputs.some((name, i) => name !== '' && !inputs[i])) {
    declare()
    return []
  }
  const outputs = infer(op, node, index, inputs, facts, options)
  if (!outputs) {
    declare()
    return lost('operator refused its inputs')
  }
  return node.outputs.flatMap((value, i): Unknown[] => {
    if (value === '') return []
    const fact = outputs[i]
    const declared = graph.types.get(value)
    if (!fact) {
      if (declared) facts.set(value, { type: declared })
      return [{ value, node: nodeLabel(node), operator: operatorText(node), reason: 'operator gave no type' }]
    }
    const best = fill(fact, declared)
    facts.set(value, best)
    return best.type.kind === 'tensor' && !best.type.shape
      ? [{ value, node: nodeLabel(node), operator: operatorText(node), reason: 'rank is unknown' }]
      : []
  })
}

/** An inferred tensor type without a rank takes the declared one. */
function fill(fact: Fact, declared: ValueType | undefined): Fact {
  if (fact.type.kind !== 'tensor' || fact.type.shape || declared?.kind !== 'tensor') return fact
  return { ...fact, type: { ...fact.type, shape: declared.shape } }
}

function infer(
  op: AnyOp,
  node: Node,
  index: number,
  inputs: readonly (Fact | undefined)[],
  facts: ReadonlyMap<string, Fact>,
  options: InferOptions,
): readonly (Fact | undefined)[] | undefined {
  const label = `${options.path ?? ''}${nodeLabel(node) || `node${index}`}`
  const bodies: (readonly [Graph, ReadonlyMap<string, Fact>])[] = []
  const compute = (): NodeKnowledge => {
    const { attributes } = options
    const outputs = inferNode(op, node, inputs, {
      label,
      ...(attributes && { attributes: () => attributes(op, node) }),
      inferGraph: (body, args) => {
        const given = new Map(body.inputs.flatMap((name, i) => (args[i] ? [[name, args[i]] as const] : [])))
        const inner = inferGraph(body, {
          ...options,
          inputs: given,
          captured: capturedFacts(body, facts),
          onGraph: (graph, found) => bodies.push([graph, found]),
          path: `${label}/${bodyName(node, body)}/`,
        })
        return body.outputs.map((name) => inner.facts.get(name))
      },
    })
    return { outputs: foldSmall(op, node, inputs, outputs, options), bodies }
  }
  try {
    // Bodies read more than the inputs.
    const reads = op.traits.has('control') ? readsOf(node).map((name) => facts.get(name)) : inputs
    const known = options.memo ? options.memo.node(node, label, reads, compute) : compute()
    for (const [graph, found] of known.bodies) options.onGraph?.(graph, found)
    return known.outputs
  } catch (error) {
    if (!options.onRefusal || !(error instanceof SlipwayError)) throw error
    options.onRefusal(error, node, index)
    return undefined
  }
}

/** The attribute that holds a body: two bodies of one node must not name their fresh dimensions alike. */
function bodyName(node: Node, body: Graph): string {
  return subgraphsOf(node).find(([, graph]) => graph === body)?.[0] ?? body.name
}

/** Where the elements of all inputs are known and all outputs are small, their values are computed. */
function foldSmall(
  op: AnyOp,
  node: Node,
  inputs: readonly (Fact | undefined)[],
  outputs: readonly (Fact | undefined)[],
  { fold }: InferOptions,
): readonly (Fact | undefined)[] {
  const constants = inputs.map((fact) => fact && constantOf(fact))
  const known = constants.every((value, i) => node.inputs[i] === '' || value !== undefined)
  const small = outputs.every((fact) => fact === undefined || isSmall(fact.type))
  if (!fold || !known || !small || keeps(op)) return outputs
  const values = fold(op, node, constants)
  return outputs.map((fact, i) => {
    const value = values?.[i]
    return fact && value?.kind === 'tensor'
      ? { ...fact, type: tensorType(value.dtype, value.shape), constant: value }
      : fact
  })
}

const keeps = ({ traits }: AnyOp): boolean =>
  traits.has('random') || traits.has('control') || traits.has('barrier')

function isSmall(type: ValueType): boolean {
  if (type.kind !== 'tensor' || !type.shape) return false
  let count = 1
  for (const size of type.shape) {
    if (typeof size !== 'number') return false
    count *= size
  }
  return count <= maxTrackedElements
}
