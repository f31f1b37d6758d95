/** Where in the file the nodes of a graph stand that was read from it, raised to newer operators and inlined. */
import type { AttributeProto, GraphProto, NodeProto } from '../../formats/onnx/onnx_pb.ts'
import { type Graph, type Node, subgraphsOf } from '../../ir/graph.ts'

export interface NodePaths {
  ofNode(node: Node): string
  /** The path of a value's declaration in one graph, else that of the graph. */
  ofValue(name: string, graph: Graph): string
}

interface Place {
  readonly path: string
  readonly node: NodeProto | undefined
}

/**
 * Reading keeps the names of values, so a node is found by what it defines. Upgrading and inlining put several nodes
 * in the place of one, the last of which defines its outputs: the others belong to the next node that is found.
 */
export function nodePaths(main: Graph, proto: GraphProto): NodePaths {
  const nodes = new Map<Node, string>()
  const graphs = new Map<Graph, { readonly path: string; readonly values: ReadonlyMap<string, string> }>()
  const walk = (graph: Graph, proto: GraphProto | undefined, path: string): void => {
    graphs.set(graph, { path, values: declarationsOf(proto, path) })
    const definitions = definitionsOf(proto, path)
    let place: Place = { path, node: undefined }
    for (const node of graph.nodes.toReversed()) {
      place = node.outputs.map((name) => definitions.get(name)).find((found) => found) ?? place
      nodes.set(node, place.path)
      const bodies = bodiesOf(place)
      for (const [at, body] of subgraphsOf(node)) {
        const found = bodies.get(at)
        walk(body, found?.graph, found?.path ?? place.path)
      }
    }
  }
  walk(main, proto, 'graph')
  return {
    ofNode: (node) => nodes.get(node) ?? 'graph',
    ofValue: (name, graph) => graphs.get(graph)?.values.get(name) ?? graphs.get(graph)?.path ?? 'graph',
  }
}

function definitionsOf(proto: GraphProto | undefined, path: string): ReadonlyMap<string, Place> {
  return new Map(
    (proto?.node ?? []).flatMap((node, i) =>
      node.output.filter((name) => name !== '').map((name) => [name, { path: `${path}.node[${i}]`, node }]),
    ),
  )
}

function declarationsOf(proto: GraphProto | undefined, path: string): ReadonlyMap<string, string> {
  if (!proto) return new Map()
  const lists = { value_info: proto.valueInfo, input: proto.input, output: proto.output }
  return new Map(
    Object.entries(lists).flatMap(([field, list]) =>
      list.map(({ name }, i) => [name, `${path}.${field}[${i}]`]),
    ),
  )
}

/** The bodies of a node as `subgraphsOf` names them. */
function bodiesOf({ path, node }: Place) {
  const found = new Map<string, { readonly graph: GraphProto; readonly path: string }>()
  node?.attribute.forEach(({ name, g, graphs }: AttributeProto, i) => {
    const at = `${path}.attribute[${i}]`
    if (g) found.set(name, { graph: g, path: `${at}.g` })
    graphs.forEach((graph, j) => {
      found.set(`${name}[${j}]`, { graph, path: `${at}.graphs[${j}]` })
    })
  })
  return found
}
