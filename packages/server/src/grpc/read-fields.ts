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

/** A reader of one message and of all that is nested in it. */
export const readerOf = (bytes: Uint8Array): BinaryReader => new BinaryReader(bytes)

/**
 * The tag of the next field of a message that ends at `end`; 0 where there is none.
 */
export function nextTag(reader: BinaryReader, end: number): number {
  if (reader.pos >= end) {
    if (reader.pos === end) return 0
    throw new RangeError('a value ends behind its message')
  }
  const tag = reader.uint32()
  if (tag >>> 3 === 0) throw new RangeError('a field must have a number')
  return tag
}

/** Passes over the value of a field. */
export function skip(reader: BinaryReader, tag: number): void {
  reader.skip(tag & 7, tag >>> 3)
}

/** The end of a nested message, whose length stands before it. */
export function nestedEnd(reader: BinaryReader): number {
  const end = reader.uint32() + reader.pos
  if (end > reader.len) throw new RangeError('a message ends behind its bytes')
  return end
}

export function pushItem<T>(list: T[], item: T): void {
  if (list.length === mostItems)
    refuseRequest(`a message must have at most ${mostItems} elements of a kind`, 'more')
  list.push(item)
}

/** Adds the sizes of a packed or a single value of a repeated int64 field. Throws SLP-R4 for what cannot be a size. */
export function readSizes(tag: number, reader: BinaryReader, sizes: number[]): void {
  const end = (tag & 7) === 0 ? reader.pos + 1 : nestedEnd(reader)
  while (reader.pos < end) pushItem(sizes, readSize(reader))
  if ((tag & 7) !== 0 && reader.pos > end) throw new RangeError('a size ends behind its field')
}

function readSize(reader: BinaryReader): number {
  const start = reader.pos
  const small = reader.uint32()
  // Within four bytes there is nothing that 32 bits cut off, and no BigInt to make.
  if (reader.pos - start < 5) return small
  reader.pos = start
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
