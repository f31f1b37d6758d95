import type { BinaryWriter } from '@bufbuild/protobuf/wire'
import { lengthDelimited } from './read-fields.ts'

/** What was written so far, and then tensors as elements of a repeated field. Tensors are copied once. */
export function joinWithRaw(writer: BinaryWriter, field: number, raw: readonly Uint8Array[]): Buffer {
  const parts: Uint8Array[] = []
  for (const bytes of raw) {
    writer.uint32(lengthDelimited(field)).uint32(bytes.length)
    parts.push(writer.finish(), bytes)
  }
  parts.push(writer.finish())
  return Buffer.concat(parts)
}
