/** Graph → GraphProto. What a Map holds is written in the order of its keys, so that equal graphs give equal bytes. */
import { create } from '@bufbuild/protobuf'
import type { ValueType } from '../../base/value.ts'
import type { Graph, Node } from '../../ir/graph.ts'
import {
  type GraphProto,
  GraphProtoSchema,
  type NodeProto,
  NodeProtoSchema,
  type StringStringEntryProto,
  StringStringEntryProtoSchema,
  type ValueInfoProto,
  ValueInfoProtoSchema,
} from './onnx_pb.ts'
import { writeAttribute } from './write-attribute.ts'
import { type StoreExternal, writeTensor } from './write-tensor.ts'
import { checkText } from './write-text.ts'
import { writeType } from './write-type.ts'

export interface GraphWriteOptions {
  readonly storeExternal?: StoreExternal | undefined
  /** Types of outputs that the graph itself does not declare. */
  readonly types?: ReadonlyMap<string, ValueType>
}

/** Entries in the order of their keys' UTF-16 units, which is the same everywhere. */
export function sortedEntries<V>(map: ReadonlyMap<string, V>): (readonly [string, V])[] {
  return [...map].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
}

export function writeGraph(graph: Graph, options: GraphWriteOptions = {}): GraphProto {
  const info = (name: string): ValueInfoProto => {
    const type = graph.types.get(name) ?? options.types?.get(name)
    return create(ValueInfoProtoSchema, {
      name: checkText(name, 'name'),
      ...(type && { type: writeType(type, name) }),
    })
  }
  const ends = new Set([...graph.inputs, ...graph.outputs])
  return create(GraphProtoSchema, {
    node: graph.nodes.map((node) => writeNode(node, options)),
    // Checkers ask for a name.
    name: checkText(graph.name || 'graph', 'graph name'),
    initializer: [...graph.constants].map(([name, value]) =>
      writeTensor(value, checkText(name, 'name'), options.storeExternal),
    ),
    input: graph.inputs.map(info),
    output: graph.outputs.map(info),
    valueInfo: sortedEntries(graph.types).flatMap(([name]) => (ends.has(name) ? [] : [info(name)])),
    metadataProps: writeMetadata(graph.metadata),
  })
}

export function writeMetadata(metadata: ReadonlyMap<string, string> = new Map()): StringStringEntryProto[] {
  return sortedEntries(metadata).map(([key, value]) =>
    create(StringStringEntryProtoSchema, {
      key: checkText(key, 'metadata'),
      value: checkText(value, 'metadata'),
    }),
  )
}

/** A node, its bodies included. */
export function writeNode(node: Node, options: GraphWriteOptions): NodeProto {
  const bodies = { storeExternal: options.storeExternal }
  return create(NodeProtoSchema, {
    input: node.inputs.map((name) => checkText(name, 'name')),
    output: node.outputs.map((name) => checkText(name, 'name')),
    ...(node.name !== '' && { name: checkText(node.name, 'node name') }),
    opType: checkText(node.op, 'operator'),
    attribute: sortedEntries(node.attributes).map(([name, attribute]) =>
      writeAttribute(name, attribute, (graph) => writeGraph(graph, bodies)),
    ),
    ...(node.domain !== '' && { domain: checkText(node.domain, 'domain') }),
    metadataProps: writeMetadata(node.metadata),
  })
}
