/**
 * Bytes that were scanned → messages as `fromBinary` of the protobuf library makes them, which `toBinary` writes again.
 * Its reader of bytes is all that this needs of the library, whose descriptors of messages weigh seven times as much.
 */
import { BinaryReader, WireType } from '@bufbuild/protobuf/wire'
import type { FieldRule, MessageRule, Scalar } from './wire-rules.ts'

type Fields = Record<string, unknown>

interface UnknownField {
  readonly no: number
  readonly wireType: WireType
  readonly data: Uint8Array
}

/** A message of the rule. `bytes` fields are views of `bytes`. */
export function decode(rule: MessageRule, bytes: Uint8Array): object {
  return readFields(emptyMessage(rule), rule, new BinaryReader(bytes), bytes.length)
}

const scalarReaders: Readonly<Record<Scalar, (reader: BinaryReader) => unknown>> = {
  double: (reader) => reader.double(),
  float: (reader) => reader.float(),
  int32: (reader) => reader.int32(),
  int64: (reader) => reader.int64(),
  uint64: (reader) => reader.uint64(),
  string: (reader) => reader.string(),
  bytes: (reader) => reader.bytes(),
}

const zeros: Readonly<Record<Scalar, unknown>> = {
  double: 0,
  float: 0,
  int32: 0,
  int64: 0n,
  uint64: 0n,
  string: '',
  bytes: new Uint8Array(0),
}

interface Shape {
  /** The zero of each field that a message may leave out: such a field is no property of its own. */
  readonly prototype: object
  readonly lists: readonly string[]
  readonly oneofs: readonly string[]
}

const shapes = new WeakMap<MessageRule, Shape>()

function shapeOf(rule: MessageRule): Shape {
  const known = shapes.get(rule)
  if (known) return known
  const prototype: Fields = {}
  const lists: string[] = []
  const oneofs = new Set<string>()
  for (const field of rule.fields) {
    if (field?.repeated) lists.push(field.property)
    else if (field?.oneof !== undefined) oneofs.add(field.oneof)
    else if (field?.scalar) prototype[field.property] = zeros[field.scalar]
  }
  const shape = { prototype, lists, oneofs: [...oneofs] }
  shapes.set(rule, shape)
  return shape
}

function emptyMessage(rule: MessageRule): Fields {
  const { prototype, lists, oneofs } = shapeOf(rule)
  const message: Fields = Object.create(prototype)
  message['$typeName'] = rule.typeName
  for (const name of lists) message[name] = []
  for (const name of oneofs) message[name] = { case: undefined }
  return message
}

function readFields(message: Fields, rule: MessageRule, reader: BinaryReader, end: number): Fields {
  const unknown: UnknownField[] = []
  while (reader.pos < end) {
    const [no, wireType] = reader.tag()
    const field = rule.fields[no]
    if (field) readField(message, field, reader, wireType)
    else unknown.push({ no, wireType, data: reader.skip(wireType, no) })
  }
  if (unknown.length > 0) {
    const before = (message['$unknown'] ?? []) as UnknownField[] // nothing else is written there
    message['$unknown'] = [...before, ...unknown]
  }
  return message
}

function readField(message: Fields, field: FieldRule, reader: BinaryReader, wireType: WireType): void {
  const { property, oneof, repeated, wire } = field
  if (repeated) {
    const items = message[property] as unknown[] // as `emptyMessage` made it
    const isPacked = wireType === WireType.LengthDelimited && wire !== wireType
    const end = isPacked ? reader.uint32() + reader.pos : reader.pos + 1
    while (reader.pos < end) items.push(readOne(field, reader))
  } else if (oneof !== undefined) {
    const last = message[oneof] as { case: string | undefined; value?: unknown } // as made here and by `emptyMessage`
    const value = readOne(field, reader, last.case === property ? last.value : undefined)
    message[oneof] = { case: property, value }
  } else {
    message[property] = readOne(field, reader, message[property])
  }
}

/** A message that comes twice is merged into the one there was. */
function readOne({ scalar, message }: FieldRule, reader: BinaryReader, before?: unknown): unknown {
  if (scalar) return scalarReaders[scalar](reader)
  const length = reader.uint32()
  const started = (before ?? emptyMessage(message!)) as Fields // a message of the same field
  return readFields(started, message!, reader, reader.pos + length)
}
