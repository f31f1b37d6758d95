/**
 * Replaces the calls of a model's own functions by their bodies, and brings everything to the newest operator
 * sets on the way.
 */
import { SlipwayError } from '../../base/errors.ts'
import type { Attribute } from '../../ir/attribute.ts'
import { type Graph, type Node, subgraphsOf } from '../../ir/graph.ts'
import { readAttribute } from './attribute-proto.ts'
import { type FunctionTable, functionText } from './function-table.ts'
import { type Inlined, inlineCalls } from './inline.ts'
import type { FunctionProto } from './onnx_pb.ts'
import { quote } from './quote.ts'
import type { Bindings, BodyCache, ReadContext } from './read-context.ts'
import { readNode } from './read-graph.ts'
import { relocate } from './relocate.ts'
import { newestOpsets, type Opsets, readOpsets } from './versions.ts'

/** Brings a graph from the operator sets it was written for to the newest ones; unknown domains pass through. */
export type Upgrade = (graph: Graph, opsets: Opsets) => Graph

export interface ExpandOptions {
  readonly table: FunctionTable
  readonly context: ReadContext
  /** What the model imports. */
  readonly opsets: Opsets
  readonly upgrade: Upgrade
}

interface FunctionBody {
  readonly proto: FunctionProto
  readonly path: string
  readonly opsets: Opsets
  /** Values of attributes that a call does not give; absent for those without a default. */
  readonly attributes: ReadonlyMap<string, Attribute | undefined>
  readonly cache: BodyCache
}

/**
 * Where the model and its functions agree on their operator sets, everything is inlined first and upgraded as one
 * graph, which knows most about shapes; otherwise each body is upgraded by itself before it is inlined.
 */
export function expandFunctions(main: Graph, { table, context, opsets, upgrade }: ExpandOptions): Inlined {
  checkImports(main, opsets, 'graph')
  if (table.functions.size === 0) return { graph: upgrade(main, opsets), calls: 0 }
  const bodies = readBodies(table, context, opsets)
  const joint = joined([opsets, ...[...bodies.values()].map((body) => body.opsets)])
  const read = bodyReader(bodies, context, joint ? (graph) => graph : upgrade)
  if (!joint) return inlineCalls(upgrade(main, opsets), read)
  const { graph, calls } = inlineCalls(main, read)
  return { graph: upgrade(graph, joint), calls }
}

/** Throws SLP-F3 where a node's operator set is one of ONNX's but is not imported: its version is unknown. */
function checkImports(graph: Graph, opsets: Opsets, path: string): void {
  graph.nodes.forEach((node, i) => {
    if (newestOpsets.has(node.domain) && !opsets.has(node.domain)) {
      const rule = `opset_import must name the domain of every node`
      const got = `a node of ${node.domain || 'ai.onnx'}`
      throw new SlipwayError('SLP-F3', `Cannot read ONNX file: ${rule}, got ${got}`, {
        path: `${path}.node[${i}]`,
      })
    }
    for (const [name, body] of subgraphsOf(node)) checkImports(body, opsets, `${path}.node[${i}].${name}`)
  })
}

/** All imports together, or undefined where two of them differ. */
function joined(list: readonly Opsets[]): Opsets | undefined {
  const all = new Map<string, number>()
  for (const [domain, version] of list.flatMap((opsets) => [...opsets])) {
    if ((all.get(domain) ?? version) !== version) return undefined
    all.set(domain, version)
  }
  return all
}

function readBodies(
  table: FunctionTable,
  context: ReadContext,
  modelOpsets: Opsets,
): ReadonlyMap<string, FunctionBody> {
  return new Map(
    [...table.functions].map(([key, proto], i) => {
      const path = `functions[${i}]`
      const own = readOpsets(proto.opsetImport, `${path}.opset_import`)
      const cache = { attributes: new Map(), tensors: new Map(), metadata: new Map() }
      const attributes = readDefaults(proto, context, path)
      return [key, { proto, path, opsets: own.size > 0 ? own : modelOpsets, attributes, cache }]
    }),
  )
}

function readDefaults(
  proto: FunctionProto,
  { tensors }: ReadContext,
  path: string,
): ReadonlyMap<string, Attribute | undefined> {
  const attributes = new Map<string, Attribute | undefined>(proto.attribute.map((name) => [name, undefined]))
  proto.attributeProto.forEach((one, i) => {
    const at = `${path}.attribute_proto[${i}]`
    const refuseGraph = (): never => {
      throw new SlipwayError(
        'SLP-F6',
        'Cannot read function: the default of an attribute must not be a graph',
      )
    }
    try {
      attributes.set(one.name, readAttribute(one, { tensors, readGraph: refuseGraph }))
    } catch (error) {
      throw relocate(error, { path: at })
    }
  })
  return attributes
}

function bodyReader(
  bodies: ReadonlyMap<string, FunctionBody>,
  context: ReadContext,
  upgrade: Upgrade,
): (call: Node) => Graph {
  const constant = new Map<FunctionBody, Graph>()
  return (call) => {
    const body = bodies.get(call.op)!
    const known = constant.get(body)
    const attributes = bind(body, call)
    if (known) return known
    const graph = upgrade(
      readBody(body, { ...context, bindings: { attributes, cache: body.cache } }),
      body.opsets,
    )
    if (body.attributes.size === 0) constant.set(body, graph)
    return graph
  }
}

function readBody({ proto, path, opsets }: FunctionBody, context: ReadContext): Graph {
  const graph: Graph = {
    name: functionText(proto).slice(1, -1),
    inputs: proto.input,
    outputs: proto.output,
    nodes: proto.node.map((node, i) => readNode(node, context, `${path}.node[${i}]`)),
    constants: new Map(),
    types: new Map(),
  }
  checkImports(graph, opsets, path)
  return graph
}

/** The attributes of a call, with defaults. Throws SLP-O1 for one that the function does not declare. */
function bind({ proto, attributes }: FunctionBody, call: Node): Bindings['attributes'] {
  if (attributes.size === 0 && call.attributes.size === 0) return call.attributes
  const bound = new Map<string, Attribute>()
  for (const [name, value] of attributes) if (value) bound.set(name, value)
  for (const [name, value] of call.attributes) {
    if (!attributes.has(name)) {
      const rule = `function ${functionText(proto)} must declare every attribute of a call`
      throw new SlipwayError('SLP-O1', `Cannot inline function: ${rule}, got ${quote(name)}`, {
        node: call.name,
      })
    }
    bound.set(name, value)
  }
  return bound
}
