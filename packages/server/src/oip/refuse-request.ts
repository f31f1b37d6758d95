import { SlipwayError } from '@slipway/core'

/** SLP-R4: the request breaks a rule of the protocol. */
export function refuseRequest(rule: string, got: unknown, remedy?: string): never {
  const text = typeof got === 'string' ? JSON.stringify(got.slice(0, 200)) : String(got)
  throw new SlipwayError('SLP-R4', `Cannot read request: ${rule}, got ${text}`, remedy ? { remedy } : {})
}
