import type { BinaryWriter } from '@bufbuild/protobuf/wire'
import { lengthDelimited } from './read-fields.ts'

/** Up to here, a copy more costs less than another part. */
const smallBytes = 4096

/** What was written so far, and then tensors as elements of a repeated field. Large tensors are copied once. */
export function joinWithRaw(writer: BinaryWriter, field: number, raw: readonly Uint8Array[]): Buffer {
  const parts: Uint8Array[] = []
  for (const bytes of raw) {
    writer.uint32(lengthDelimited(field))
    if (bytes.length <= smallBytes) writer.bytes(bytes)
    else parts.push(writer.uint32(bytes.length).finish(), bytes)
  }
  const last = writer.finish()
  if (parts.length > 0) return Buffer.concat([...parts, last])
  return Buffer.from(last.buffer, last.byteOffset, last.byteLength)
}
