/** Fields of answers that a server of any make may have written. */
import { SlipwayError } from '@slipway/core'

function refuse(wanted: string, got: unknown): never {
  const text = JSON.stringify(got) ?? 'nothing'
  throw new SlipwayError(
    'SLP-C1',
    `Cannot read the server's answer: ${wanted} must stand here, got ${text.slice(0, 80)}`,
  )
}

export function recordOf(json: unknown): Readonly<Record<string, unknown>> {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) return refuse('an object', json)
  return Object.fromEntries(Object.entries(json))
}

export function arrayOf(json: unknown): readonly unknown[] {
  return Array.isArray(json) ? json : refuse('an array', json)
}

export function textOf(json: unknown): string {
  return typeof json === 'string' ? json : refuse('a text', json)
}

/** Some servers write sizes as texts, as the JSON form of protobuf does for 64-bit integers. */
export function numberOf(json: unknown): number {
  const value = typeof json === 'string' ? Number(json) : json
  return typeof value === 'number' && Number.isFinite(value) ? value : refuse('a number', json)
}
