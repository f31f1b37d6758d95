/** ModelInferRequest: bytes to fields and back. Tensors stay views of the bytes. */
import { type BinaryReader, BinaryWriter } from '@bufbuild/protobuf/wire'
import { noParameters, type Parameter, type Parameters } from '../oip/parameters.ts'
import { readParameter, writeParameters } from './parameter-codec.ts'
import { joinWithRaw } from './raw-contents.ts'
import { lengthDelimited, nestedEnd, nextTag, pushItem, readerOf, skip } from './read-fields.ts'
import { readTensor, type WireTensor, writeTensor } from './tensor-codec.ts'

export interface WireOutput {
  readonly name: string
  readonly parameters: Parameters
}

export interface InferMessage {
  readonly model: string
  readonly version: string
  readonly id: string
  readonly parameters: Parameters
  readonly inputs: readonly WireTensor[]
  readonly outputs: readonly WireOutput[]
  readonly raw: readonly Uint8Array[]
}

const parametersField = 4
const inputsField = 5
const outputsField = 6
const rawField = 7
const outputParametersField = 2
const tags = {
  model: lengthDelimited(1),
  version: lengthDelimited(2),
  id: lengthDelimited(3),
  parameters: lengthDelimited(parametersField),
  inputs: lengthDelimited(inputsField),
  outputs: lengthDelimited(outputsField),
  raw: lengthDelimited(rawField),
  outputName: lengthDelimited(1),
  outputParameters: lengthDelimited(outputParametersField),
} as const

export function readInferMessage(bytes: Uint8Array): InferMessage {
  let model = ''
  let version = ''
  let id = ''
  let parameters: Map<string, Parameter> | undefined
  const inputs: WireTensor[] = []
  const outputs: WireOutput[] = []
  const raw: Uint8Array[] = []
  const reader = readerOf(bytes)
  for (let tag = nextTag(reader, reader.len); tag !== 0; tag = nextTag(reader, reader.len)) {
    if (tag === tags.raw) pushItem(raw, reader.bytes())
    else if (tag === tags.inputs) pushItem(inputs, readTensor(reader))
    else if (tag === tags.outputs) pushItem(outputs, readOutput(reader))
    else if (tag === tags.model) model = reader.string(true)
    else if (tag === tags.version) version = reader.string(true)
    else if (tag === tags.id) id = reader.string(true)
    else if (tag === tags.parameters) {
      parameters ??= new Map()
      readParameter(reader, parameters)
    } else skip(reader, tag)
  }
  return { model, version, id, parameters: parameters ?? noParameters, inputs, outputs, raw }
}

function readOutput(reader: BinaryReader): WireOutput {
  const end = nestedEnd(reader)
  let name = ''
  let parameters: Map<string, Parameter> | undefined
  for (let tag = nextTag(reader, end); tag !== 0; tag = nextTag(reader, end)) {
    if (tag === tags.outputName) name = reader.string(true)
    else if (tag === tags.outputParameters) {
      parameters ??= new Map()
      readParameter(reader, parameters)
    } else skip(reader, tag)
  }
  return { name, parameters: parameters ?? noParameters }
}

export function writeInferMessage(message: InferMessage): Buffer {
  const { model, version, id, parameters, inputs, outputs, raw } = message
  const writer = new BinaryWriter()
  if (model !== '') writer.uint32(tags.model).string(model)
  if (version !== '') writer.uint32(tags.version).string(version)
  if (id !== '') writer.uint32(tags.id).string(id)
  writeParameters(writer, parametersField, parameters)
  for (const input of inputs) writeTensor(writer, inputsField, input)
  for (const output of outputs) {
    writer.uint32(tags.outputs).fork()
    if (output.name !== '') writer.uint32(tags.outputName).string(output.name)
    writeParameters(writer, outputParametersField, output.parameters)
    writer.join()
  }
  return joinWithRaw(writer, rawField, raw)
}
