/**
 * Decides for each node of a graph how it will be run, now that sizes are known: values that inference knows are not
 * computed at all, and operators without a lowering of their own become their decompositions.
 */

import type { Tensor } from '../base/tensor.ts'
import { narrow } from '../base/wide.ts'
import type { Graph, Node } from '../ir/graph.ts'
import { definedNames, renameReads } from '../ir/rewrite.ts'
import { input } from '../kernel/formula.ts'
import type { LowerContext, TensorRef } from '../kernel/lower.ts'
import type { Target } from '../kernel/target.ts'
import { arrange } from '../ops/arrange.ts'
import { parseAttributes } from '../ops/attr.ts'
import type { AnyOp } from '../ops/define.ts'
import { constantOf, type Fact } from '../ops/fact.ts'
import { capturedFacts, inferGraph } from '../ops/infer-graph.ts'
import type { FactArgs, FormulaArgs, Params, RefArgs } from '../ops/param.ts'
import { tryFindOp } from '../ops/registry.ts'
import { foldNode } from '../reference/fold.ts'
import { decomposition } from '../reference/run-node.ts'
import { storageBytes } from './storage.ts'
import type { ConcreteType, Work, WorkBase } from './work.ts'

export interface Resolved {
  readonly works: readonly Work[]
  readonly facts: ReadonlyMap<string, Fact>
  /** Constants of the graph, and of bodies that stand in the place of their nodes. */
  readonly constants: Graph['constants']
  /** Nodes from the first one on whose outputs have sizes that only running it can tell; that node included. */
  readonly rest: readonly Node[]
}

export interface ResolveOptions {
  readonly target: Target
  readonly threads: number
  /** Asked now and then; what it throws ends the planning. */
  readonly checkCancelled?: (() => void) | undefined
}

/** @throws the refusals of operators, and SLP-O3 for an unknown one. */
export function resolve(graph: Graph, given: ReadonlyMap<string, Fact>, options: ResolveOptions): Resolved {
  const { facts } = inferGraph(graph, { inputs: given, fold: foldNode })
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
  const attrs = parseAttributes(op.attrs, node.attributes)
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
  const shape = fact.type.shape.filter((size) => typeof size === 'number')
  return shape.length === fact.type.shape.length ? { dtype: fact.type.dtype, shape } : undefined
}

/** The work of a node that has a lowering, or why it has none. */
function treat(base: WorkBase, facts: readonly (Fact | undefined)[], options: ResolveOptions): Work | string {
  const { op, attrs, inputs, outputs, node } = base
  const { lower } = op
  if (lower.kind === 'host') return 'it runs on the host'
  const types = [...inputs, ...outputs]
  if (types.some((type, i) => !type && (i < inputs.length ? facts[i] : node.outputs[i - inputs.length])))
    return 'a value is no tensor of known size'
  const odd = types.find((type) => type && storageBytes(type.dtype) === undefined)
  if (odd) return `kernels hold no ${odd.dtype}`
  const refs = arrange(
    op.inputs,
    inputs.map((type, i) => dryRef(type, facts[i])),
    'input',
  ) as RefArgs<Params> // by the operator's own parameters
  const results = arrange(
    op.outputs,
    outputs.map((type) => dryRef(type, undefined)),
    'output',
  ) as RefArgs<Params> // as above
  if ('formula' in lower && lower.formula) {
    const formula = lower.formula(formulaArgs(op, inputs), attrs, refs)
    if (formula) return { ...base, kind: 'formula', formula }
  }
  if ('reduce' in lower && lower.reduce) {
    const reduction = lower.reduce(refs, attrs)
    if (reduction) return { ...base, kind: 'reduction', reduction }
  }
  if (lower.kind === 'view' && lower.offsets) {
    const offsets = lower.offsets(refs, results, attrs)
    if (offsets) return { ...base, kind: 'view', offsets }
  }
  if (lower.kind === 'kernel' && lower.join) {
    const offsets = lower.join(refs, results, attrs)
    if (offsets) return { ...base, kind: 'join', offsets }
  }
  if (!('emit' in lower) || !lower.emit) return 'it has no kernel'
  const refusal = lower.emit(refs, results, attrs, dryContext(options))
  return refusal ?? { ...base, kind: 'kernel', hasEpilogue: lower.epilogue === true }
}

function formulaArgs(op: AnyOp, inputs: WorkBase['inputs']): FormulaArgs<Params> {
  const list = inputs.map((type, i) => type && input(i, type.dtype))
  return arrange(op.inputs, list, 'input') as FormulaArgs<Params> // by the operator's own parameters
}

const nowhere = { buffer: { label: 'nowhere', sizeBytes: 0 }, offsetBytes: 0 }

/** A tensor to ask an operator about, before anything has a place. */
function dryRef(type: ConcreteType | undefined, fact: Fact | undefined): TensorRef | undefined {
  if (!type) return undefined
  const known = fact && constantOf(fact)
  return { ...type, at: nowhere, isConstant: known !== undefined, constant: known && narrow(known) }
}

const dryContext = ({ target, threads }: ResolveOptions): LowerContext => ({
  target,
  threads,
  epilogue: undefined,
  temp: () => nowhere,
  table: () => nowhere,
  call: () => {},
})

/** The works of the body that stands for a node of control flow; undefined where none does. */
function inline(
  { op, node, attrs }: WorkBase,
  inputs: readonly (Fact | undefined)[],
  scope: Scope,
): Work[] | undefined {
  const args = arrange<Fact>(op.inputs, inputs.map(asTensorFact), 'input') as FactArgs<Params> // by the operator's own parameters
  const body = op.lower.kind === 'host' ? op.lower.body?.(args, attrs) : undefined
  if (!body) return undefined
  const { facts } = inferGraph(body, { captured: capturedFacts(body, scope.facts), fold: foldNode })
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
