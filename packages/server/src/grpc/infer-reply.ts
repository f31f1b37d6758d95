/** ModelInferResponse: fields to bytes and back. */
import { BinaryWriter } from '@bufbuild/protobuf/wire'
import { noParameters, type Parameter, type Parameters } from '../oip/parameters.ts'
import { readParameter, writeParameters } from './parameter-codec.ts'
import { joinWithRaw } from './raw-contents.ts'
import { lengthDelimited, nextTag, pushItem, readerOf, skip } from './read-fields.ts'
import { readTensor, type WireTensor, writeTensor } from './tensor-codec.ts'

interface InferReply {
  readonly model: string
  readonly version: string
  readonly id: string
  readonly parameters: Parameters
  readonly outputs: readonly WireTensor[]
  /** One for each output; none where they have contents of their own. */
  readonly raw: readonly Uint8Array[]
}

const parametersField = 4
const outputsField = 5
const rawField = 6
const tags = {
  model: lengthDelimited(1),
  version: lengthDelimited(2),
  id: lengthDelimited(3),
  parameters: lengthDelimited(parametersField),
  outputs: lengthDelimited(outputsField),
  raw: lengthDelimited(rawField),
} as const

export function writeInferReply({ model, version, id, parameters, outputs, raw }: InferReply): Buffer {
  const writer = new BinaryWriter()
  if (model !== '') writer.uint32(tags.model).string(model)
  if (version !== '') writer.uint32(tags.version).string(version)
  if (id !== '') writer.uint32(tags.id).string(id)
  writeParameters(writer, parametersField, parameters)
  for (const output of outputs) writeTensor(writer, outputsField, output)
  return joinWithRaw(writer, rawField, raw)
}

export function readInferReply(bytes: Uint8Array): InferReply {
  let model = ''
  let version = ''
  let id = ''
  let parameters: Map<string, Parameter> | undefined
  const outputs: WireTensor[] = []
  const raw: Uint8Array[] = []
  const reader = readerOf(bytes)
  for (let tag = nextTag(reader, reader.len); tag !== 0; tag = nextTag(reader, reader.len)) {
    if (tag === tags.raw) pushItem(raw, reader.bytes())
    else if (tag === tags.outputs) pushItem(outputs, readTensor(reader))
    else if (tag === tags.model) model = reader.string(true)
    else if (tag === tags.version) version = reader.string(true)
    else if (tag === tags.id) id = reader.string(true)
    else if (tag === tags.parameters) {
      parameters ??= new Map()
      readParameter(reader, parameters)
    } else skip(reader, tag)
  }
  return { model, version, id, parameters: parameters ?? noParameters, outputs, raw }
}

/** The fields of a ModelStreamInferResponse. */
interface StreamReply {
  readonly error: string
  readonly response: Uint8Array | undefined
}

const streamTags = { error: lengthDelimited(1), response: lengthDelimited(2) } as const

export function writeStreamReply({ error, response }: StreamReply): Buffer {
  const writer = new BinaryWriter()
  if (error !== '') writer.uint32(streamTags.error).string(error)
  return response ? joinWithRaw(writer, 2, [response]) : Buffer.from(writer.finish())
}

export function readStreamReply(bytes: Uint8Array): StreamReply {
  let error = ''
  let response: Uint8Array | undefined
  const reader = readerOf(bytes)
  for (let tag = nextTag(reader, reader.len); tag !== 0; tag = nextTag(reader, reader.len)) {
    if (tag === streamTags.error) error = reader.string(true)
    else if (tag === streamTags.response) response = reader.bytes()
    else skip(reader, tag)
  }
  return { error, response }
}
