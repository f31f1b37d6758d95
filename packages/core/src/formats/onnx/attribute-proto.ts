/** AttributeProto → Attribute. */
import { SlipwayError } from '../../base/errors.ts'
import type { Attribute } from '../../ir/attribute.ts'
import type { Graph } from '../../ir/graph.ts'
import type { SparseTensor } from '../../ir/sparse.ts'
import { attributeTypeName, AttributeType as Type } from './enums.ts'
import type { AttributeProto, GraphProto, SparseTensorProto } from './onnx_pb.ts'
import { readTensor, type TensorReadOptions } from './tensor-proto.ts'
import { readType } from './type-proto.ts'

export interface AttributeReadOptions extends TensorReadOptions {
  readGraph(graph: GraphProto): Graph
}

const decoder = new TextDecoder('utf-8', { ignoreBOM: true })

/** Throws SLP-F3 where the field that `type` promises is missing. */
export function readAttribute(proto: AttributeProto, options: AttributeReadOptions): Attribute {
  const need = <T>(value: T | undefined): T => {
    if (value !== undefined) return value
    throw new SlipwayError(
      'SLP-F3',
      `Cannot read attribute "${proto.name}": its type is ${attributeTypeName(proto.type)}, but it has no such value`,
    )
  }
  switch (proto.type) {
    case Type.FLOAT:
      return { kind: 'float', value: proto.f }
    case Type.INT:
      return { kind: 'int', value: proto.i }
    case Type.STRING:
      return { kind: 'string', value: decoder.decode(proto.s) }
    case Type.TENSOR:
      return { kind: 'tensor', value: readTensor(need(proto.t), options) }
    case Type.GRAPH:
      return { kind: 'graph', value: options.readGraph(need(proto.g)) }
    case Type.SPARSE_TENSOR:
      return { kind: 'sparse', value: readSparse(need(proto.sparseTensor), options) }
    case Type.TYPE_PROTO:
      return { kind: 'type', value: need(readType(proto.tp, proto.name)) }
    case Type.FLOATS:
      return { kind: 'floats', value: proto.floats }
    case Type.INTS:
      return { kind: 'ints', value: proto.ints }
    case Type.STRINGS:
      return { kind: 'strings', value: proto.strings.map((bytes) => decoder.decode(bytes)) }
    case Type.TENSORS:
      return { kind: 'tensors', value: proto.tensors.map((one) => readTensor(one, options)) }
    case Type.GRAPHS:
      return { kind: 'graphs', value: proto.graphs.map(options.readGraph) }
    case Type.SPARSE_TENSORS:
      return { kind: 'sparses', value: proto.sparseTensors.map((one) => readSparse(one, options)) }
    case Type.TYPE_PROTOS:
      return { kind: 'types', value: proto.typeProtos.map((one) => need(readType(one, proto.name))) }
    case Type.UNDEFINED:
      throw new SlipwayError('SLP-F3', `Cannot read attribute "${proto.name}": its type must be set`)
    default:
      throw new SlipwayError(
        'SLP-F1',
        `Cannot read attribute "${proto.name}": its type must be a known code, got ${proto.type}`,
      )
  }
}

export function readSparse(proto: SparseTensorProto, options: TensorReadOptions): SparseTensor {
  if (!proto.values || !proto.indices)
    throw new SlipwayError('SLP-F3', 'Cannot read sparse tensor: values and indices must be set')
  const indices = readTensor(proto.indices, options)
  if (indices.dtype !== 'int64')
    throw new SlipwayError('SLP-F5', `Cannot read sparse tensor: indices must be int64, got ${indices.dtype}`)
  return {
    kind: 'sparse',
    shape: proto.dims.map(Number),
    values: readTensor(proto.values, options),
    indices: indices as SparseTensor['indices'], // dtype was checked
  }
}
