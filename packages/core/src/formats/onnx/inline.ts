/**
 * Puts the bodies of functions in the place of their calls. Values of a body get names that nobody else has;
 * its inputs and outputs become those of the call.
 */
import { SlipwayError } from '../../base/errors.ts'
import { type Graph, type Node, subgraphsOf } from '../../ir/graph.ts'
import { mapBodies } from './map-bodies.ts'
import { callDomain } from './read-context.ts'
import { splice } from './splice.ts'

/** The body of a function, read for one call; its own calls are nodes of the call domain. */
export type BodyOf = (call: Node) => Graph

export interface Inlined {
  readonly graph: Graph
  /** How many calls there were, calls inside functions included. */
  readonly calls: number
}

/** The graph without nodes of the call domain. Throws SLP-O5, SLP-I4, SLP-F1 where a body does not fit its call. */
export function inlineCalls(graph: Graph, bodyOf: BodyOf): Inlined {
  const stem = unusedStem(graph)
  let calls = 0
  const inGraph = (inner: Graph): Graph => {
    const nodes: Node[] = []
    for (const node of inner.nodes) emit(node, nodes)
    return { ...inner, nodes }
  }
  const emit = (node: Node, into: Node[]): void => {
    if (node.domain !== callDomain) {
      into.push(mapBodies(node, inGraph))
      return
    }
    refuseGraphs(node)
    calls++
    for (const one of splice(node, bodyOf(node), `${stem}${calls}.`)) emit(one, into)
  }
  return { graph: inGraph(graph), calls }
}

/** A graph given as an attribute would be copied with every reference to it. */
function refuseGraphs(call: Node): void {
  for (const [name, { kind }] of call.attributes) {
    if (kind !== 'graph' && kind !== 'graphs') continue
    const rule = `attribute ${name} of the call must not be a graph`
    throw new SlipwayError('SLP-F6', `Cannot inline function: ${rule}, got ${kind}`, { node: call.name })
  }
}

/** A text such that no value of the graph begins with it, a number and a dot. */
function unusedStem(graph: Graph): string {
  const salts = new Set<string>()
  const check = (name: string): void => {
    const match = /^f(?:([0-9]{1,9})_)?[0-9]+\./.exec(name)
    if (match) salts.add(match[1] ?? '')
  }
  const walk = (inner: Graph): void => {
    inner.inputs.forEach(check)
    for (const name of inner.constants.keys()) check(name)
    for (const node of inner.nodes) {
      node.outputs.forEach(check)
      for (const [, body] of subgraphsOf(node)) walk(body)
    }
  }
  walk(graph)
  let salt = ''
  while (salts.has(salt)) salt = String(Number(salt) + 1)
  return salt === '' ? 'f' : `f${salt}_`
}
