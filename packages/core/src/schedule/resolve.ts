/**
 * Decides for each node of a graph how it will be run, now that sizes are known: values that inference knows are not
 * computed at all, and operators without a lowering of their own become their decompositions.
 */

import type { Dim } from '../base/dim.ts'
import type { Tensor } from '../base/tensor.ts'
import type { Graph, Node } from '../ir/graph.ts'
import { definedNames, renameReads } from '../ir/rewrite.ts'
import { arrange } from '../ops/arrange.ts'
import type { AnyOp } from '../ops/define.ts'
import { constantOf, type Fact } from '../ops/fact.ts'
import { capturedFacts, inferGraph } from '../ops/infer-graph.ts'
import type { FactArgs, Params } from '../ops/param.ts'
import { tryFindOp } from '../ops/registry.ts'
import { foldNode } from '../reference/fold.ts'
import { decomposition } from '../reference/run-node.ts'
import { type ResolveOptions, treat } from './treat.ts'
import type { ConcreteType, Work, WorkBase } from './work.ts'

export interface Resolved {
  readonly works: readonly Work[]
  readonly facts: ReadonlyMap<string, Fact>
  /** Constants of the graph, and of bodies that stand in the place of their nodes. */
  readonly constants: Graph['constants']
  /** Nodes from the first one on whose outputs have sizes that only running it can tell; that node included. */
  readonly rest: readonly Node[]
}

/** @throws the refusals of operators, and SLP-O3 for an unknown one. */
export function resolve(graph: Graph, given: ReadonlyMap<string, Fact>, options: ResolveOptions): Resolved {
  const { memo } = options
  const { facts } = inferGraph(graph, {
    inputs: memo.interned(given),
    fold: foldNode,
    memo: memo.facts,
    attributes: memo.attributes,
  })
  const scope: Scope = { facts: new Map(facts), constants: new Map(graph.constants), options }
  const works: Work[] = []
  for (const [at, node] of graph.nodes.entries()) {
    const resolved = resolveNode(node, scope)
    if (!resolved) return { works, ...scope, rest: graph.nodes.slice(at) }
    works.push(...resolved)
  }
  return { works, ...scope, rest: [] }
}

/** What is known while resolving; decompositions and bodies add to it. */
interface Scope {
  readonly facts: Map<string, Fact>
  readonly constants: Map<string, Tensor>
  readonly options: ResolveOptions
}

/** The works of a node; undefined where the size of an output is not known. */
function resolveNode(node: Node, scope: Scope): Work[] | undefined {
  const { facts, options } = scope
  options.checkCancelled?.()
  const outputs = node.outputs.map((name) => (name === '' ? undefined : facts.get(name)))
  if (outputs.some((fact, i) => node.outputs[i] !== '' && !fact)) return undefined
  if (outputs.every((fact) => !fact || constantOf(fact))) return []
  const op = tryFindOp(node.domain, node.op)
  if (!op) return undefined
  if (outputs.some((fact) => fact && !isSettled(fact))) return undefined
  const inputs = node.inputs.map((name) => (name === '' ? undefined : facts.get(name)))
  const attrs = options.memo.attributes(op, node)
  const base = { node, op, attrs, inputs: inputs.map(concrete), outputs: outputs.map(concrete) }
  const treated = treat(base, inputs, options)
  if (typeof treated !== 'string') return [treated]
  const inlined = inline(base, inputs, scope)
  if (inlined) return inlined
  const parts = expand(node, op, inputs, scope)
  // What the host runs anyway it runs best as one node.
  const isCompiled = parts?.every(({ kind }) => kind !== 'host') ?? false
  return parts && (isCompiled || op.reference === 'decomposed')
    ? parts
    : [{ ...base, kind: 'host', reason: treated }]
}

/** True where the value is no tensor, which only the host holds, or a tensor of known size. */
function isSettled(fact: Fact): boolean {
  return fact.type.kind !== 'tensor' || concrete(fact) !== undefined
}

export function concrete(fact: Fact | undefined): ConcreteType | undefined {
  if (fact?.type.kind !== 'tensor' || !fact.type.shape) return undefined
  const { dtype, shape } = fact.type
  return isConcrete(shape) ? { dtype, shape } : undefined
}

function isConcrete(shape: readonly Dim[]): shape is readonly number[] {
  for (const size of shape) if (typeof size !== 'number') return false
  return true
}

/** The works of the body that stands for a node of control flow; undefined where none does. */
function inline(
  { op, node, attrs }: WorkBase,
  inputs: readonly (Fact | undefined)[],
  scope: Scope,
): Work[] | undefined {
  const args = arrange<Fact>(op.inputs, inputs.map(asTensorFact), 'input') as FactArgs<Params> // by the operator's own parameters
  const body = op.lower.kind === 'host' ? op.lower.body?.(args, attrs) : undefined
  if (!body) return undefined
  const { memo } = scope.options
  const { facts } = inferGraph(body, {
    captured: capturedFacts(body, scope.facts),
    fold: foldNode,
    memo: memo.facts,
    attributes: memo.attributes,
  })
  const prefix = `${node.outputs.find((name) => name !== '')}/`
  const own = [...definedNames({ ...body, nodes: body.nodes.map(withoutBodies) })]
  const names = new Map(own.map((name) => [name, prefix + name]))
  for (const [name, value] of body.constants) scope.constants.set(names.get(name)!, value)
  for (const name of own) {
    const fact = facts.get(name)
    if (fact) scope.facts.set(names.get(name)!, fact)
  }
  const nodes = body.nodes.map((one) => ({
    ...renameReads(one, names),
    outputs: one.outputs.map((name) => names.get(name) ?? name),
  }))
  const results = node.outputs.flatMap((name, i) => {
    const from = body.outputs[i]!
    return name === '' ? [] : [identityNode(node.name, names.get(from) ?? from, name)]
  })
  const works: Work[] = []
  for (const one of [...nodes, ...results]) {
    const resolved = resolveNode(one, scope)
    if (!resolved) return undefined
    works.push(...resolved)
  }
  return works
}

const withoutBodies = (node: Node): Node => ({ ...node, attributes: new Map() })

const asTensorFact = (fact: Fact | undefined): Fact | undefined =>
  fact?.type.kind === 'tensor' ? { ...fact, ...fact.type } : fact

const identityNode = (name: string, from: string, to: string): Node => ({
  name,
  domain: '',
  op: 'Identity',
  inputs: [from],
  outputs: [to],
  attributes: new Map(),
})

/** The works of the node's decomposition; undefined where it has none. */
function expand(
  node: Node,
  op: AnyOp,
  inputs: readonly (Fact | undefined)[],
  scope: Scope,
): Work[] | undefined {
  const { facts } = scope
  const body = decomposition(op, node, inputs)
  if (!body) return undefined
  const rename = new Map<string, string>()
  node.inputs.forEach((name, i) => void rename.set(`in${i}`, name))
  node.outputs.forEach((name, i) => {
    if (name !== '' && body.outputs[i]) rename.set(body.outputs[i], name)
  })
  const prefix = `${node.outputs.find((name) => name !== '')}/`
  const outer = (name: string) => (name === '' ? '' : (rename.get(name) ?? prefix + name))
  const inner = inferGraph(body, {
    inputs: new Map(inputs.flatMap((fact, i) => (fact ? [[`in${i}`, fact] as const] : []))),
    fold: foldNode,
  })
  for (const [name, fact] of inner.facts) if (!facts.has(outer(name))) facts.set(outer(name), fact)
  const works: Work[] = []
  for (const part of body.nodes) {
    const renamed = {
      ...part,
      name: node.name,
      inputs: part.inputs.map(outer),
      outputs: part.outputs.map(outer),
    }
    const resolved = resolveNode(renamed, scope)
    if (!resolved) return undefined
    works.push(...resolved)
  }
  return works
}
