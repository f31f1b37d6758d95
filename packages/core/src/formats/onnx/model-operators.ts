/** The operators that an ONNX file names, wherever its nodes stand. */
import type { Node } from '../../ir/graph.ts'
import type { ModelProto, NodeProto } from './onnx_pb.ts'
import { domainOf } from './read-context.ts'

/** One entry for each node: of the graph, of bodies, and of functions. */
export function* modelOperators({ graph, functions }: ModelProto): Generator<Pick<Node, 'domain' | 'op'>> {
  for (const { node } of graph ? [graph, ...functions] : functions) yield* operatorsOf(node)
}

function* operatorsOf(nodes: readonly NodeProto[]): Generator<Pick<Node, 'domain' | 'op'>> {
  for (const { domain, opType, attribute } of nodes) {
    yield { domain: domainOf(domain), op: opType }
    for (const { g, graphs } of attribute)
      for (const body of g ? [g, ...graphs] : graphs) yield* operatorsOf(body.node)
  }
}
