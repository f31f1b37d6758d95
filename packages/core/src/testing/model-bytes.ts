/** Small ONNX files for tests: graphs of tensors whose attributes are integers. */
import { create, toBinary } from '@bufbuild/protobuf'
import { type Dim, dimText } from '../base/dim.ts'
import { dtypeInfo } from '../base/dtype.ts'
import type { NumericData, Tensor } from '../base/tensor.ts'
import type { ValueType } from '../base/value.ts'
import { AttributeType } from '../formats/onnx/enums.ts'
import { ModelProtoSchema } from '../formats/onnx/onnx_pb.ts'
import type { Attribute } from '../ir/attribute.ts'
import type { Graph, Node } from '../ir/graph.ts'

/** The bytes of a model file (opset 21, IR 10). Throws for what it cannot write; it is not an exporter. */
export function modelBytes(graph: Graph): Uint8Array {
  const model = create(ModelProtoSchema, {
    irVersion: 10n,
    opsetImport: [{ domain: '', version: 21n }],
    graph: {
      name: graph.name,
      input: graph.inputs.map((name) => ({ name, type: typeInit(graph.types.get(name)) })),
      output: graph.outputs.map((name) => ({ name, type: typeInit(graph.types.get(name)) })),
      initializer: [...graph.constants].map(([name, value]) => tensorInit(name, value)),
      node: graph.nodes.map(nodeInit),
    },
  })
  return toBinary(ModelProtoSchema, model)
}

type TypeInit =
  | { value: { case: 'tensorType'; value: { elemType: number; shape?: { dim: DimInit[] } } } }
  | { value: { case: 'sequenceType'; value: { elemType: TypeInit } } }
type DimInit = { value: { case: 'dimValue'; value: bigint } | { case: 'dimParam'; value: string } }

function typeInit(type: ValueType | undefined): TypeInit {
  switch (type?.kind) {
    case 'tensor': {
      const shape = type.shape && { dim: type.shape.map(dimInit) }
      return {
        value: {
          case: 'tensorType',
          value: { elemType: dtypeInfo(type.dtype).code, ...(shape && { shape }) },
        },
      }
    }
    case 'sequence':
      return { value: { case: 'sequenceType', value: { elemType: typeInit(type.element) } } }
    default:
      throw new Error(`modelBytes writes tensors and sequences, got ${type?.kind}`)
  }
}

function dimInit(dim: Dim): DimInit {
  return typeof dim === 'number'
    ? { value: { case: 'dimValue', value: BigInt(dim) } }
    : { value: { case: 'dimParam', value: dimText(dim) } }
}

function tensorInit(name: string, { dtype, shape, data }: Tensor) {
  if (Array.isArray(data)) throw new Error('modelBytes writes no strings')
  const { buffer, byteOffset, byteLength } = data as NumericData // strings were ruled out
  const rawData = new Uint8Array(buffer, byteOffset, byteLength).slice()
  return { name, dataType: dtypeInfo(dtype).code, dims: shape.map(BigInt), rawData }
}

function nodeInit({ name, domain, op, inputs, outputs, attributes }: Node) {
  const attribute = [...attributes].map(([key, value]) => attributeInit(key, value))
  return { name, domain, opType: op, input: [...inputs], output: [...outputs], attribute }
}

function attributeInit(name: string, attribute: Attribute) {
  switch (attribute.kind) {
    case 'int':
      return { name, type: AttributeType.INT, i: attribute.value }
    case 'ints':
      return { name, type: AttributeType.INTS, ints: [...attribute.value] }
    default:
      throw new Error(`modelBytes writes integer attributes, got ${attribute.kind}`)
  }
}
