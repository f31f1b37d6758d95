/** Parameters as maps of InferParameter: read in all five cases, written in the first three where these can hold them. */
import type { BinaryReader, BinaryWriter } from '@bufbuild/protobuf/wire'
import type { Parameter, Parameters } from '../oip/parameters.ts'
import { refuseRequest } from '../oip/refuse-request.ts'
import { bit64, lengthDelimited, nestedEnd, nextTag, skip, varint } from './read-fields.ts'

const entry = { key: lengthDelimited(1), value: lengthDelimited(2) } as const
const choice = {
  bool: varint(1),
  int64: varint(2),
  string: lengthDelimited(3),
  double: bit64(4),
  uint64: varint(5),
} as const
const mostInt64 = 2n ** 63n - 1n
const mostParameters = 1000

/** Adds the next entry of the map; the last one of a key counts. Throws SLP-R4 for an entry without a value. */
export function readParameter(reader: BinaryReader, parameters: Map<string, Parameter>): void {
  const end = nestedEnd(reader)
  let key = ''
  let value: Parameter | undefined
  for (let tag = nextTag(reader, end); tag !== 0; tag = nextTag(reader, end)) {
    if (tag === entry.key) key = reader.string(true)
    else if (tag === entry.value) value = readChoice(reader)
    else skip(reader, tag)
  }
  if (value === undefined) refuseRequest('a parameter must have a value', key)
  if (parameters.size === mostParameters)
    refuseRequest(`there must be at most ${mostParameters} parameters`, 'more')
  parameters.set(key, value)
}

function readChoice(reader: BinaryReader): Parameter | undefined {
  const end = nestedEnd(reader)
  let value: Parameter | undefined
  for (let tag = nextTag(reader, end); tag !== 0; tag = nextTag(reader, end)) {
    const read = readCase(tag, reader)
    if (read === undefined) skip(reader, tag)
    else value = read
  }
  return value
}

function readCase(tag: number, reader: BinaryReader): Parameter | undefined {
  if (tag === choice.bool) return reader.bool()
  if (tag === choice.int64) return plain(BigInt(reader.int64()))
  if (tag === choice.string) return reader.string(true)
  if (tag === choice.double) return reader.double()
  if (tag === choice.uint64) return plain(BigInt(reader.uint64()))
  return undefined
}

const plain = (value: bigint): number | bigint => {
  const number = Number(value)
  return Number.isSafeInteger(number) ? number : value
}

/** Writes the map as the repeated entries of a field. */
export function writeParameters(writer: BinaryWriter, field: number, parameters: Parameters): void {
  for (const [key, value] of parameters) {
    writer.uint32(lengthDelimited(field)).fork()
    writer.uint32(entry.key).string(key)
    writer.uint32(entry.value).fork()
    writeChoice(writer, value)
    writer.join().join()
  }
}

function writeChoice(writer: BinaryWriter, value: Parameter): void {
  switch (typeof value) {
    case 'boolean':
      writer.uint32(choice.bool).bool(value)
      return
    case 'string':
      writer.uint32(choice.string).string(value)
      return
    case 'bigint':
      if (value > mostInt64) writer.uint32(choice.uint64).uint64(value)
      else writer.uint32(choice.int64).int64(value)
      return
    case 'number':
      if (Number.isSafeInteger(value) && !Object.is(value, -0)) writer.uint32(choice.int64).int64(value)
      else writer.uint32(choice.double).double(value)
      return
    default:
      value satisfies never
  }
}
