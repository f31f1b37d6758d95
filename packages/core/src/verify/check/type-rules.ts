/** Y: types and shapes, by inference over the whole graph and its bodies against what the model declares. */
import type { SlipwayError } from '../../base/errors.ts'
import { typeText } from '../../base/value.ts'
import type { ModelProto } from '../../formats/onnx/onnx_pb.ts'
import { readModelProto } from '../../formats/onnx/read.ts'
import { type Graph, type Node, subgraphsOf } from '../../ir/graph.ts'
import type { Fact } from '../../ops/fact.ts'
import { inferGraph, type Unknown } from '../../ops/infer-graph.ts'
import { foldNode } from '../../reference/fold.ts'
import type { CheckContext } from './context.ts'
import { disagreement } from './declared-type.ts'
import { type NodePaths, nodePaths } from './node-paths.ts'
import { checkVersionTypes } from './version-type-rules.ts'
import { smallOrZeros, withoutWeights } from './without-weights.ts'

/** What inference found in one graph or body. A body of a loop is inferred several times; the last time counts. */
interface Finding {
  readonly facts: ReadonlyMap<string, Fact>
  readonly refusals: ReadonlyMap<Node, SlipwayError>
}

export function checkTypes(model: ModelProto, context: CheckContext): void {
  const { report, resolveExternal } = context
  const { graph } = readModelProto(withoutWeights(model, resolveExternal), {
    resolveExternal: smallOrZeros(resolveExternal),
  })
  const paths = nodePaths(graph, model.graph!)
  const { found, unknown } = inferAll(graph)
  checkVersionTypes(model, found.get(graph)?.facts ?? new Map(), context)
  reportGraph(graph, 'SLP-Y1', { found, paths, report })
  const [first] = unknown
  if (first && first.reason !== 'operator refused its inputs') {
    const node = graph.nodes.find(({ outputs }) => outputs.includes(first.value))
    report(
      'SLP-Y4',
      node ? paths.ofNode(node) : 'graph',
      `"${first.value}" of ${first.operator} is the first value without a known rank: ${first.reason}`,
    )
  }
}

function inferAll(graph: Graph): {
  readonly found: ReadonlyMap<Graph, Finding>
  readonly unknown: readonly Unknown[]
} {
  // Declarations of values between input and output would hide what inference finds.
  const declared = graph.inputs.flatMap((name) => {
    const type = graph.types.get(name)
    return type ? [[name, type] as const] : []
  })
  const bare: Graph = { ...graph, types: new Map(declared) }
  const found = new Map<Graph, Finding>()
  const refused = new Map<Node, SlipwayError>()
  const { unknown } = inferGraph(bare, {
    fold: foldNode,
    onRefusal: (error, node) => refused.set(node, error),
    onGraph: (inferred, facts) => {
      const refusals = new Map<Node, SlipwayError>()
      for (const node of inferred.nodes) {
        const error = refused.get(node)
        if (error) refusals.set(node, error)
        refused.delete(node)
      }
      found.set(inferred === bare ? graph : inferred, { facts, refusals })
    },
  })
  return { found, unknown }
}

interface Reporting {
  readonly found: ReadonlyMap<Graph, Finding>
  readonly paths: NodePaths
  readonly report: CheckContext['report']
}

/** `code` is that of refusals: a body that cannot run is a fault only where no other body can run instead. */
function reportGraph(graph: Graph, code: 'SLP-Y1' | 'SLP-Y5', reporting: Reporting): void {
  const { found, paths, report } = reporting
  const { facts, refusals } = found.get(graph)!
  for (const node of graph.nodes) {
    const refusal = refusals.get(node)
    if (refusal) report(code, paths.ofNode(node), refusal.message)
    const bodies = bodiesIn(node, found)
    const hasWayOut = bodies.some((body) => canRun(body, found))
    for (const body of bodies)
      reportGraph(body, hasWayOut && !canRun(body, found) ? 'SLP-Y5' : code, reporting)
  }
  if (code === 'SLP-Y1') compareTypes(graph, facts, reporting)
}

const bodiesIn = (node: Node, found: Reporting['found']): Graph[] =>
  subgraphsOf(node).flatMap(([, body]) => (found.has(body) ? [body] : []))

function canRun(graph: Graph, found: Reporting['found']): boolean {
  if (found.get(graph)!.refusals.size > 0) return false
  return graph.nodes.every((node) => {
    const bodies = bodiesIn(node, found)
    return bodies.length === 0 || bodies.some((body) => canRun(body, found))
  })
}

function compareTypes(graph: Graph, facts: ReadonlyMap<string, Fact>, { paths, report }: Reporting): void {
  for (const [name, declared] of graph.types) {
    const inferred = facts.get(name)?.type
    const kind = inferred && disagreement(declared, inferred)
    if (!kind) continue
    const message = `"${name}" is declared ${typeText(declared)}, inferred ${typeText(inferred)}`
    report(kind === 'contradiction' ? 'SLP-Y2' : 'SLP-Y3', paths.ofValue(name, graph), message)
  }
}
