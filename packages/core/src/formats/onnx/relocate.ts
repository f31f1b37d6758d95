/** Tells an error from deep inside a file where it happened. */
import { type ErrorDetails, SlipwayError } from '../../base/errors.ts'

/** The same error with a place added, unless it has one; other errors pass. */
export function relocate(error: unknown, place: Pick<ErrorDetails, 'path' | 'node' | 'operator'>): unknown {
  if (!(error instanceof SlipwayError) || error.details.path !== undefined) return error
  const { code, message, details } = error
  const start = `[${code}] `.length
  const tail = details.remedy ? `. ${details.remedy}` : ''
  const bare = message.slice(start, message.endsWith(tail) ? message.length - tail.length : undefined)
  return new SlipwayError(code, bare, { ...details, ...place })
}
