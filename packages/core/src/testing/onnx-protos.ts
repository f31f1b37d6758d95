/** Messages of small ONNX models, well-formed or not: what tests of the reader start from. */
import { create, type DescMessage, type MessageInitShape } from '@bufbuild/protobuf'
import { AttributeType } from '../formats/onnx/enums.ts'
import {
  type AttributeProtoSchema,
  type FunctionProtoSchema,
  GraphProtoSchema,
  type ModelProto,
  ModelProtoSchema,
  type NodeProtoSchema,
  type TensorProtoSchema,
} from '../formats/onnx/onnx_pb.ts'
import { serializeModel } from '../formats/onnx/write.ts'

/** The init of a message, and never a message itself. */
type Init<D extends DescMessage> = Exclude<MessageInitShape<D>, { readonly $typeName: string }>
export type GraphInit = Init<typeof GraphProtoSchema>
export type NodeInit = Init<typeof NodeProtoSchema>
export type ModelInit = Init<typeof ModelProtoSchema>
export type FunctionInit = Init<typeof FunctionProtoSchema>
export type AttributeInit = Init<typeof AttributeProtoSchema>
export type TensorInit = Init<typeof TensorProtoSchema>

/** A node from lists of names separated by blanks. */
export function nodeInit(
  opType: string,
  input: string,
  output: string,
  attribute: AttributeInit[] = [],
  rest: NodeInit = {},
): NodeInit {
  const list = (text: string) => (text === '' ? [] : text.split(' '))
  return { opType, input: list(input), output: list(output), attribute, ...rest }
}

export const intInit = (name: string, i: number): AttributeInit => ({
  name,
  i: BigInt(i),
  type: AttributeType.INT,
})
export const graphInit = (name: string, g: GraphInit): AttributeInit => ({
  name,
  g,
  type: AttributeType.GRAPH,
})

/** float32[2] inputs and outputs by name. */
export function valueInits(names: string): NonNullable<GraphInit['input']> {
  const dim = [{ value: { case: 'dimValue', value: 2n } as const }]
  const type = { value: { case: 'tensorType', value: { elemType: 1, shape: { dim } } } as const }
  return names === '' ? [] : names.split(' ').map((name) => ({ name, type }))
}

/** A model at the newest versions around a graph from x to y. */
export function modelInit(graph: GraphInit, rest: ModelInit = {}): ModelProto {
  return create(ModelProtoSchema, {
    irVersion: 14n,
    opsetImport: [{ domain: '', version: 28n }],
    graph: create(GraphProtoSchema, {
      name: 'main',
      input: valueInits('x'),
      output: valueInits('y'),
      ...graph,
    }),
    ...rest,
  })
}

export const bytesOf = (graph: GraphInit, rest: ModelInit = {}): Uint8Array =>
  serializeModel(modelInit(graph, rest))

/** A function of the domain `f`. */
export function functionInit(name: string, input: string, output: string, node: NodeInit[]): FunctionInit {
  const [inputs, outputs] = [input, output].map((text) => (text === '' ? [] : text.split(' ')))
  const imports = [{ domain: '', version: 28n }]
  return { name, domain: 'f', input: inputs!, output: outputs!, node, opsetImport: imports }
}

/** A protobuf field of any content: what no writer makes. */
export function rawField(number: number, wire: number, content: readonly number[] = []): number[] {
  return [...varint(number * 8 + wire), ...content]
}

/** A length-delimited protobuf field, whose stated length may be a lie. */
export function lengthField(
  number: number,
  content: readonly number[] | Uint8Array,
  length = content.length,
): number[] {
  return [...rawField(number, 2), ...varint(length), ...content]
}

/** A varint in its shortest form. */
export function varint(value: number | bigint): number[] {
  const bytes: number[] = []
  let rest = BigInt.asUintN(64, BigInt(value))
  while (rest > 127n) {
    bytes.push(Number(rest & 127n) | 128)
    rest >>= 7n
  }
  return [...bytes, Number(rest)]
}
