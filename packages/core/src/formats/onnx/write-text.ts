/** Host strings → text of the file, which is UTF-8. */
import { SlipwayError } from '../../base/errors.ts'

const encoder = new TextEncoder()

/** The same text. Throws SLP-B3 for a surrogate without its partner, which UTF-8 cannot hold. */
export function checkText(text: string, what: string): string {
  if (!/\p{Surrogate}/u.test(text)) return text
  throw new SlipwayError(
    'SLP-B3',
    `Cannot write ${what}: text must be well-formed Unicode, got a lone surrogate`,
  )
}

/** The bytes of a text. Throws SLP-B3 as checkText does. */
export function encodeText(text: string, what: string): Uint8Array {
  return encoder.encode(checkText(text, what))
}
