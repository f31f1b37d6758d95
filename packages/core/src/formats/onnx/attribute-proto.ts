/** AttributeProto → Attribute. */
import { SlipwayError } from '../../base/errors.ts'
import type { Attribute } from '../../ir/attribute.ts'
import type { Graph } from '../../ir/graph.ts'
import { attributeTypeName, AttributeType as Type } from './enums.ts'
import type { AttributeProto, GraphProto } from './onnx_pb.ts'
import { quote } from './quote.ts'
import { readSparse } from './sparse-proto.ts'
import type { TensorContext } from './tensor-context.ts'
import { readTensor, readText } from './tensor-proto.ts'
import { readType } from './type-proto.ts'

export interface AttributeContext {
  readonly tensors: TensorContext
  readGraph(graph: GraphProto): Graph
}

/** Throws SLP-F3 where the type, or the field that it promises, is missing; SLP-F1 for an unknown type. */
export function readAttribute(proto: AttributeProto, { tensors, readGraph }: AttributeContext): Attribute {
  const what = `attribute ${quote(proto.name)}`
  const need = <T>(value: T | undefined): T => {
    if (value !== undefined) return value
    throw new SlipwayError(
      'SLP-F3',
      `Cannot read ${what}: an attribute of type ${attributeTypeName(proto.type)} must have such a value, got none`,
    )
  }
  switch (proto.type) {
    case Type.FLOAT:
      return { kind: 'float', value: proto.f }
    case Type.INT:
      return { kind: 'int', value: proto.i }
    case Type.STRING:
      return { kind: 'string', value: readText(proto.s, what) }
    case Type.TENSOR:
      return { kind: 'tensor', value: readTensor(need(proto.t), tensors) }
    case Type.GRAPH:
      return { kind: 'graph', value: readGraph(need(proto.g)) }
    case Type.SPARSE_TENSOR:
      return { kind: 'sparse', value: readSparse(need(proto.sparseTensor), tensors) }
    case Type.TYPE_PROTO:
      return { kind: 'type', value: need(readType(proto.tp, proto.name)) }
    case Type.FLOATS:
      return { kind: 'floats', value: proto.floats }
    case Type.INTS:
      return { kind: 'ints', value: proto.ints }
    case Type.STRINGS:
      return { kind: 'strings', value: proto.strings.map((bytes) => readText(bytes, what)) }
    case Type.TENSORS:
      return { kind: 'tensors', value: proto.tensors.map((one) => readTensor(one, tensors)) }
    case Type.GRAPHS:
      return { kind: 'graphs', value: proto.graphs.map(readGraph) }
    case Type.SPARSE_TENSORS:
      return { kind: 'sparses', value: proto.sparseTensors.map((one) => readSparse(one, tensors)) }
    case Type.TYPE_PROTOS:
      return { kind: 'types', value: proto.typeProtos.map((one) => need(readType(one, proto.name))) }
    case Type.UNDEFINED:
      throw new SlipwayError('SLP-F3', `Cannot read ${what}: its type must be set, got none`)
    default:
      throw new SlipwayError(
        'SLP-F1',
        `Cannot read ${what}: its type must be a known code, got ${proto.type}`,
      )
  }
}
