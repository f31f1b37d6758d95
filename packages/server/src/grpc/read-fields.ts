/** Reads the fields of a message. What a field's number and wire type do not announce is skipped. */
import { BinaryReader } from '@bufbuild/protobuf/wire'
import { SlipwayError } from '@slipway/core'
import { refuseRequest } from '../oip/refuse-request.ts'

/** Tags of fields: their number and how their value is written. */
export const lengthDelimited = (field: number): number => (field << 3) | 2
export const varint = (field: number): number => field << 3
export const bit64 = (field: number): number => (field << 3) | 1

/** Elements of each kind in one message: an empty one takes two bytes on the wire, but an object here. */
const mostItems = 10_000

/** Calls `visit` with the tag of each field; it reads the value and returns true, or returns false. */
export function readFields(bytes: Uint8Array, visit: (tag: number, reader: BinaryReader) => boolean): void {
  const reader = new BinaryReader(bytes)
  while (reader.pos < reader.len) {
    const [field, wireType] = reader.tag()
    if (!visit((field << 3) | wireType, reader)) reader.skip(wireType, field)
  }
  assertEnd(reader)
}

/** Throws where the last value did not end with the bytes. */
function assertEnd(reader: BinaryReader): void {
  if (reader.pos > reader.len) throw new RangeError('a value ends behind its message')
}

export function pushItem<T>(list: T[], item: T): void {
  if (list.length === mostItems)
    refuseRequest(`a message must have at most ${mostItems} elements of a kind`, 'more')
  list.push(item)
}

/** Sizes that a packed or a single value of a repeated int64 field holds. Throws SLP-R4 for what cannot be a size. */
export function readSizes(tag: number, field: number, reader: BinaryReader, sizes: number[]): boolean {
  if (tag === varint(field)) {
    pushItem(sizes, readSize(reader))
    return true
  }
  if (tag !== lengthDelimited(field)) return false
  const packed = new BinaryReader(reader.bytes())
  while (packed.pos < packed.len) pushItem(sizes, readSize(packed))
  assertEnd(packed)
  return true
}

function readSize(reader: BinaryReader): number {
  const size = Number(reader.int64())
  if (Number.isSafeInteger(size)) return size
  return refuseRequest('a size must be a safe integer', size)
}

/** Runs a reader. Throws SLP-R4 for bytes that are no such message, and what the reader itself refuses. */
export function readMessage<T>(name: string, bytes: Uint8Array, read: (bytes: Uint8Array) => T): T {
  try {
    return read(bytes)
  } catch (error) {
    if (error instanceof SlipwayError) throw error
    return refuseRequest(`the message must be a ${name}`, 'other bytes')
  }
}
