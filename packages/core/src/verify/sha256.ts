/** SHA-256 as hexadecimal digits. */
import type { Tensor } from '../base/tensor.ts'

const encoder = new TextEncoder()

/** The hash of bytes, or of a text in UTF-8. */
export async function sha256(content: string | Uint8Array): Promise<string> {
  const bytes = typeof content === 'string' ? encoder.encode(content) : content
  const digest = await crypto.subtle.digest('SHA-256', ownBytes(bytes))
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('')
}

/** The hash of a tensor: of its dtype, its shape, and its elements as they lie in memory. */
export async function sha256OfTensor({ dtype, shape, data }: Tensor): Promise<string> {
  const head = encoder.encode(`${dtype}[${shape}]\n`)
  const body = ArrayBuffer.isView(data)
    ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
    : encoder.encode(JSON.stringify(data))
  const all = new Uint8Array(head.length + body.length)
  all.set(head)
  all.set(body, head.length)
  return sha256(all)
}

/** The digest takes no memory that threads share. */
function ownBytes(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return bytes.buffer instanceof ArrayBuffer
    ? (bytes as Uint8Array<ArrayBuffer>) // just asked
    : new Uint8Array(bytes)
}
