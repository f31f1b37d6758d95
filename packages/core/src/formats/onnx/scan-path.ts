/** Where a scan stands, as a path such as `graph.node[12].attribute[0].t`. */
import { WireType } from '@bufbuild/protobuf/wire'
import type { FieldRule } from './wire-rules.ts'

/** One open message. Everything from `start` to `fieldStart` has been scanned and is well-formed. */
export interface ScanFrame {
  readonly start: number
  fieldStart: number
  /** The field being scanned; undefined before its tag is read, and for unknown fields. */
  field: FieldRule | undefined
  number: number
}

/** Indices are counted again from the start of each message: only errors need them. */
export function fieldPath(bytes: Uint8Array, frames: readonly ScanFrame[]): string {
  return frames
    .flatMap(({ start, fieldStart, field, number }) => {
      if (!field) return []
      return [field.repeated ? `${field.name}[${occurrences(bytes, start, fieldStart, number)}]` : field.name]
    })
    .join('.')
}

function occurrences(bytes: Uint8Array, start: number, end: number, number: number): number {
  let count = 0
  let at = start
  const varint = (): number => {
    let value = 0
    for (let scale = 1; ; scale *= 128) {
      const byte = bytes[at++]!
      value += (byte & 0x7f) * scale
      if (byte < 0x80) return value
    }
  }
  while (at < end) {
    const tag = varint()
    if (tag >>> 3 === number) count++
    const wire = tag & 7
    if (wire === WireType.Varint) varint()
    else if (wire === WireType.LengthDelimited) {
      const length = varint()
      at += length
    } else at += wire === WireType.Bit64 ? 8 : 4
  }
  return count
}
