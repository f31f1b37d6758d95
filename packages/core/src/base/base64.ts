/** Bytes as base64 text (RFC 4648, with padding), without the help of a platform. */
import { SlipwayError } from './errors.ts'

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
const codes: ReadonlyMap<string, number> = new Map([...alphabet].map((letter, code) => [letter, code]))

/** The bytes in the standard alphabet, padded. */
export function toBase64(bytes: Uint8Array): string {
  const parts: string[] = []
  for (let at = 0; at < bytes.length; at += 3) {
    const [a, b, c] = [bytes[at]!, bytes[at + 1], bytes[at + 2]]
    const word = (a << 16) | ((b ?? 0) << 8) | (c ?? 0)
    parts.push(
      alphabet[word >> 18]! +
        alphabet[(word >> 12) & 63]! +
        (b === undefined ? '=' : alphabet[(word >> 6) & 63]!) +
        (c === undefined ? '=' : alphabet[word & 63]!),
    )
  }
  return parts.join('')
}

/** Throws SLP-B1 where `text` is not base64. */
export function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0
  if (text.length % 4 !== 0) refuse(text)
  const bytes = new Uint8Array((text.length / 4) * 3 - padding)
  for (let at = 0, to = 0; at < text.length; at += 4, to += 3) {
    let word = 0
    for (let i = at; i < at + 4; i++) {
      const code = i >= text.length - padding ? 0 : codes.get(text[i]!)
      if (code === undefined) refuse(text)
      word = (word << 6) | code
    }
    bytes[to] = word >> 16
    if (to + 1 < bytes.length) bytes[to + 1] = word >> 8
    if (to + 2 < bytes.length) bytes[to + 2] = word
  }
  return bytes
}

function refuse(text: string): never {
  throw new SlipwayError(
    'SLP-B1',
    `Cannot read base64: it must be groups of four letters, got "${text.length > 40 ? `${text.slice(0, 40)}…` : text}"`,
  )
}
