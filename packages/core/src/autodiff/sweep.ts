/**
 * Reverse-mode differentiation of a graph: its nodes are walked once, from the last to the first, and each adds the nodes
 * that compute the gradients of what it read.
 */
import { SlipwayError } from '../base/errors.ts'
import { typeText } from '../base/value.ts'
import { freshNames } from '../ir/fresh-names.ts'
import { type Graph, type Node, nodeLabel, operatorText } from '../ir/graph.ts'
import type { AnyOp } from '../ops/define.ts'
import { tryFindOp } from '../ops/registry.ts'
import { inlineBody } from '../ops/shared/inline-body.ts'
import { type TypedBuilder, typedBuilder } from '../ops/typed-builder.ts'
import { decomposition } from '../reference/run-node.ts'
import { dependents, isContinuous } from './activity.ts'
import { tryFindGradient } from './find-gradient.ts'
import { reduceTo } from './reduce-to.ts'
import type { DifferentiateGraph, Passage, Passed } from './rule.ts'
import { sourceOf } from './source.ts'

/** See `vjp`, which is this for graphs that are not bodies. */
export const differentiate: DifferentiateGraph = (given, { wrt, seed, captured }) => {
  const graph = prepare(given, wrt)
  const b = typedBuilder({ from: graph, ...(captured && { captured }) })
  for (const name of wrt) assertContinuous(b, name)
  const active = dependents(graph.nodes, wrt, b.facts)
  const sums = openSums(b)
  for (const [name, gradient] of seed(b)) if (active.has(name)) sums.add(name, gradient)
  sweep(b, graph.nodes, active, sums)
  const gradients = wrt.flatMap((name) => {
    const found = sums.of(name)
    return found === undefined ? [] : [[name, found] as const]
  })
  return { graph: b.build(given.outputs), gradients: new Map(gradients) }
}

/** Gives nodes that a gradient may pass the outputs that their rules read. */
function prepare(graph: Graph, wrt: readonly string[]): Graph {
  const reached = dependents(graph.nodes, wrt, new Map())
  const fresh = freshNames(graph)
  const nodes = graph.nodes.map((node) => {
    if (!node.outputs.some((name) => reached.has(name))) return node
    const op = tryFindOp(node.domain, node.op)
    return (op && tryFindGradient(op)?.prepare(node, fresh)) ?? node
  })
  return { ...graph, nodes }
}

function assertContinuous(b: TypedBuilder, name: string): void {
  const fact = b.fact(name)
  if (isContinuous(fact)) return
  throw new SlipwayError(
    'SLP-A2',
    `Cannot differentiate with respect to "${name}": it must be of floating point, got ${typeText(fact.type)}`,
  )
}

/** The gradients that have come together at each value so far. */
interface Sums {
  add(name: string, gradient: string): void
  /** Undefined where it is zero. */
  of(name: string): string | undefined
}

function openSums(b: TypedBuilder): Sums {
  const sums = new Map<string, string>()
  return {
    add(name, gradient) {
      const one = reduceTo(b, gradient, name)
      const before = sums.get(name)
      sums.set(name, before === undefined ? one : b.node('Add', [before, one]))
    },
    of: (name) => sums.get(name),
  }
}

function sweep(b: TypedBuilder, nodes: readonly Node[], active: ReadonlySet<string>, sums: Sums): void {
  for (const node of [...nodes].reverse()) {
    const gradients = node.outputs.map((name) => (active.has(name) ? sums.of(name) : undefined))
    if (gradients.every((gradient) => gradient === undefined)) continue
    const wants = (name: string) => active.has(name)
    const { inputs, captured = [] } = passThrough({ b, node, gradients, wants, differentiate })
    node.inputs.forEach((name, i) => {
      const gradient = inputs[i]
      if (gradient !== undefined && active.has(name)) sums.add(name, gradient)
    })
    for (const [name, gradient] of captured) if (active.has(name)) sums.add(name, gradient)
  }
}

function passThrough(passage: Passage): Passed {
  const { node } = passage
  const op = tryFindOp(node.domain, node.op)
  if (!op) throw noGradient(node, 'the operator is not known')
  if (op.gradient === 'decomposed') return throughDecomposition(op, passage)
  const gradient = tryFindGradient(op)
  if (gradient) return gradient.backward(passage)
  throw noGradient(node, typeof op.gradient === 'object' ? op.gradient.none : 'nobody has written it')
}

/** What the operator decomposes into is computed once more, for its inner values. */
function throughDecomposition(op: AnyOp, { b, node, gradients, wants }: Passage): Passed {
  const facts = node.inputs.map((name) => (name === '' ? undefined : b.fact(name)))
  const found = decomposition(op, node, facts)
  if (!found) throw noGradient(node, 'this use of it has no decomposition')
  const first = b.added.length
  const present = node.inputs.filter((name) => name !== '')
  const body = prepare(
    found,
    found.inputs.filter((_, i) => wants(present[i]!)),
  )
  const outputs = inlineBody(b, body, present)
  const nodes = b.added.slice(first)
  const wanted = new Set(present.filter(wants))
  const sums = openSums(b)
  gradients.forEach((gradient, i) => {
    const output = outputs[i]
    if (gradient !== undefined && output) sums.add(output, gradient)
  })
  sweep(b, nodes, dependents(nodes, wanted, b.facts), sums)
  // A value that is read twice has its whole gradient already.
  return {
    inputs: node.inputs.map((name, i) => (node.inputs.indexOf(name) === i ? sums.of(name) : undefined)),
  }
}

function noGradient(node: Node, reason: string): SlipwayError {
  const source = sourceOf(node)
  return new SlipwayError('SLP-A1', `Cannot differentiate node: it has no gradient: ${reason}`, {
    node: nodeLabel(node),
    operator: operatorText(node),
    ...(source && { path: source }),
    remedy: 'Put stopGradient before it where none is meant to pass.',
  })
}
