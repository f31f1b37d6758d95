/** How a request that failed is counted. */
import { type ErrorCode, errorCatalogue, SlipwayError } from '@slipway/core'
import type { Outcome } from '../contract/event.ts'

/** Refused before it ran: by a limit, a queue, or a server that stops. */
const rejected: ReadonlySet<ErrorCode> = new Set(['SLP-R3', 'SLP-R7', 'SLP-R10', 'SLP-R11', 'SLP-R12'])
const cancelled: ReadonlySet<ErrorCode> = new Set(['SLP-S7', 'SLP-R20'])

export function codeOf(error: unknown): ErrorCode | undefined {
  return error instanceof SlipwayError ? error.code : undefined
}

export function outcomeOf(error: unknown): Outcome {
  const code = codeOf(error)
  if (code === undefined) return 'BACKEND'
  if (rejected.has(code)) return 'REJECTED'
  if (cancelled.has(code)) return 'CANCELED'
  return errorCatalogue[code].http >= 500 ? 'BACKEND' : 'OTHER'
}

/** Whether another version may do better: this one broke, and neither the request nor the load is to blame. */
export function isFaultOfVersion(error: unknown): boolean {
  return outcomeOf(error) === 'BACKEND'
}
