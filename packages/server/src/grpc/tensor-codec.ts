/** InferInputTensor and InferOutputTensor, which have the same fields. */
import type { BinaryReader, BinaryWriter } from '@bufbuild/protobuf/wire'
import { noParameters, type Parameter, type Parameters } from '../oip/parameters.ts'
import { readParameter, writeParameters } from './parameter-codec.ts'
import { lengthDelimited, nestedEnd, nextTag, readSizes, skip, varint } from './read-fields.ts'

export interface WireTensor {
  readonly name: string
  readonly datatype: string
  readonly shape: readonly number[]
  readonly parameters: Parameters
  /** An InferTensorContents; absent where the data is among the raw contents. */
  readonly contents: Uint8Array | undefined
}

const shapeField = 3
const parametersField = 4
const tags = {
  name: lengthDelimited(1),
  datatype: lengthDelimited(2),
  shape: lengthDelimited(shapeField),
  oneSize: varint(shapeField),
  parameters: lengthDelimited(parametersField),
  contents: lengthDelimited(5),
} as const

/** Reads the next tensor, whose length stands before it. */
export function readTensor(reader: BinaryReader): WireTensor {
  const end = nestedEnd(reader)
  let name = ''
  let datatype = ''
  const shape: number[] = []
  let parameters: Map<string, Parameter> | undefined
  let contents: Uint8Array | undefined
  for (let tag = nextTag(reader, end); tag !== 0; tag = nextTag(reader, end)) {
    if (tag === tags.name) name = reader.string(true)
    else if (tag === tags.datatype) datatype = reader.string(true)
    else if (tag === tags.shape || tag === tags.oneSize) readSizes(tag, reader, shape)
    else if (tag === tags.parameters) {
      parameters ??= new Map()
      readParameter(reader, parameters)
    } else if (tag === tags.contents) {
      // A message that is given in parts is what the parts are in a row.
      const part = reader.bytes()
      contents = contents ? Buffer.concat([contents, part]) : part
    } else skip(reader, tag)
  }
  return { name, datatype, shape, parameters: parameters ?? noParameters, contents }
}

/** Writes a tensor as an element of a repeated field. */
export function writeTensor(
  writer: BinaryWriter,
  field: number,
  { name, datatype, shape, parameters, contents }: WireTensor,
): void {
  writer.uint32(lengthDelimited(field)).fork()
  if (name !== '') writer.uint32(tags.name).string(name)
  if (datatype !== '') writer.uint32(tags.datatype).string(datatype)
  if (shape.length > 0) {
    writer.uint32(tags.shape).fork()
    // The same bytes, without a BigInt.
    for (const size of shape) {
      if (size >= 0 && size < 2 ** 32) writer.uint32(size)
      else writer.int64(size)
    }
    writer.join()
  }
  writeParameters(writer, parametersField, parameters)
  if (contents) writer.uint32(tags.contents).bytes(contents)
  writer.join()
}
