/** The two ways an operator says no. The caller adds node, operator and input types to the message. */
import { SlipwayError } from '../base/errors.ts'

/** Types or shapes are wrong; known before running. */
export function refuse(rule: string, got: unknown, remedy?: string): never {
  throw new SlipwayError('SLP-O2', `Cannot infer types: ${rule}, got ${text(got)}`, remedy ? { remedy } : {})
}

/** Values are wrong; known while running only. */
export function refuseValue(rule: string, got: unknown, remedy?: string): never {
  throw new SlipwayError('SLP-O4', `Cannot compute: ${rule}, got ${text(got)}`, remedy ? { remedy } : {})
}

function text(value: unknown): string {
  if (typeof value === 'string') return `"${value}"`
  return Array.isArray(value) || ArrayBuffer.isView(value) ? `[${value}]` : String(value)
}
