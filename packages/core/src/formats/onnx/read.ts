/** Bytes of an ONNX file → ModelProto → Graph. */
import { fromBinary } from '@bufbuild/protobuf'
import { SlipwayError } from '../../base/errors.ts'
import type { Tensor } from '../../base/tensor.ts'
import type { ValueType } from '../../base/value.ts'
import type { Graph, Node } from '../../ir/graph.ts'
import { readAttribute } from './attribute-proto.ts'
import { type GraphProto, type ModelProto, ModelProtoSchema, type NodeProto } from './onnx_pb.ts'
import { readTensor, type TensorReadOptions } from './tensor-proto.ts'
import { readType } from './type-proto.ts'

export type ReadOptions = TensorReadOptions

/** The message of an ONNX file as it stands, unknown fields included. Throws SLP-F1. */
export function parseModel(bytes: Uint8Array): ModelProto {
  try {
    return fromBinary(ModelProtoSchema, bytes)
  } catch (cause) {
    throw new SlipwayError('SLP-F1', 'Cannot read ONNX file: it is not a valid ModelProto', { cause })
  }
}

/** An ONNX file as a Graph at the newest operator set. */
export function readOnnx(bytes: Uint8Array, options: ReadOptions = {}): Graph {
  return graphOfModel(parseModel(bytes), options)
}

/** A parsed model as a Graph at the newest operator set. */
export function graphOfModel(model: ModelProto, options: ReadOptions = {}): Graph {
  if (!model.graph) throw new SlipwayError('SLP-F3', 'Cannot read ONNX file: the model has no graph')
  return readGraph(model.graph, options)
}

const domainOf = (domain: string): string => (domain === 'ai.onnx' ? '' : domain)

function readGraph(proto: GraphProto, options: ReadOptions): Graph {
  const constants = new Map<string, Tensor>(
    proto.initializer.map((one) => [one.name, readTensor(one, options)]),
  )
  const types = new Map<string, ValueType>()
  for (const { name, type } of [...proto.input, ...proto.output, ...proto.valueInfo]) {
    const known = readType(type, name)
    if (known) types.set(name, known)
  }
  return {
    name: proto.name,
    inputs: proto.input.map(({ name }) => name),
    outputs: proto.output.map(({ name }) => name),
    nodes: proto.node.map((node) => readNode(node, options)),
    constants,
    types,
  }
}

function readNode(proto: NodeProto, options: ReadOptions): Node {
  return {
    name: proto.name,
    domain: domainOf(proto.domain),
    op: proto.opType,
    inputs: proto.input,
    outputs: proto.output,
    attributes: new Map(
      proto.attribute.map((one) => [
        one.name,
        readAttribute(one, { ...options, readGraph: (graph) => readGraph(graph, options) }),
      ]),
    ),
  }
}
