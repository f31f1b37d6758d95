import { refuseRequest } from './refuse-request.ts'

/** The header that says how many bytes of JSON stand at the start of a body with binary tensors. */
export const headerLength = 'inference-header-content-length'

/** Throws SLP-R4 for what is no number. */
export function readHeaderLength(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  if (/^\d{1,15}$/.test(text)) return Number(text)
  return refuseRequest('Inference-Header-Content-Length must be a number of bytes', text)
}
