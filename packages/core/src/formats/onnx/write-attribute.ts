/** Attribute → AttributeProto. The field of the value is written even where it is 0 or empty. */
import { create } from '@bufbuild/protobuf'
import { SlipwayError } from '../../base/errors.ts'
import type { Attribute } from '../../ir/attribute.ts'
import type { Graph } from '../../ir/graph.ts'
import { attributeCodes } from './enums.ts'
import { type AttributeProto, AttributeProtoSchema, type GraphProto } from './onnx_pb.ts'
import { quote } from './quote.ts'
import { writeSparse, writeTensor } from './write-tensor.ts'
import { checkText, encodeText } from './write-text.ts'
import { writeType } from './write-type.ts'

type ValueFields = Partial<Omit<AttributeProto, '$typeName' | '$unknown' | 'name' | 'type'>>

/** Throws SLP-B3 for a number that its field cannot hold. */
export function writeAttribute(
  name: string,
  attribute: Attribute,
  writeGraph: (graph: Graph) => GraphProto,
): AttributeProto {
  return create(AttributeProtoSchema, {
    name: checkText(name, 'attribute name'),
    type: attributeCodes[attribute.kind],
    ...fields(name, attribute, writeGraph),
  })
}

function fields(name: string, attribute: Attribute, writeGraph: (graph: Graph) => GraphProto): ValueFields {
  const what = `attribute ${quote(name)}`
  switch (attribute.kind) {
    case 'float':
      return { f: float32(attribute.value, what) }
    case 'int':
      return { i: int64(attribute.value, what) }
    case 'string':
      return { s: encodeText(attribute.value, what) }
    case 'tensor':
      return { t: writeTensor(attribute.value) }
    case 'graph':
      return { g: writeGraph(attribute.value) }
    case 'sparse':
      return { sparseTensor: writeSparse(attribute.value) }
    case 'type':
      return { tp: writeType(attribute.value, name) }
    case 'floats':
      return { floats: attribute.value.map((value) => float32(value, what)) }
    case 'ints':
      return { ints: attribute.value.map((value) => int64(value, what)) }
    case 'strings':
      return { strings: attribute.value.map((value) => encodeText(value, what)) }
    case 'tensors':
      return { tensors: attribute.value.map((value) => writeTensor(value)) }
    case 'graphs':
      return { graphs: attribute.value.map(writeGraph) }
    case 'sparses':
      return { sparseTensors: attribute.value.map((value) => writeSparse(value)) }
    case 'types':
      return { typeProtos: attribute.value.map((value) => writeType(value, name)) }
    default:
      return attribute satisfies never
  }
}

function float32(value: number, what: string): number {
  const rounded = Math.fround(value)
  if (Number.isFinite(rounded) || !Number.isFinite(value)) return rounded
  throw new SlipwayError('SLP-B3', `Cannot write ${what}: a float must fit 32 bits, got ${value}`)
}

function int64(value: bigint, what: string): bigint {
  if (BigInt.asIntN(64, value) === value) return value
  throw new SlipwayError('SLP-B3', `Cannot write ${what}: an int must fit 64 bits, got ${value}`)
}
