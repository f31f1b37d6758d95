/** Errors as answers: `{"error": text}` with the status of the code. What nobody foresaw is reported, not sent. */
import { errorCatalogue, SlipwayError } from '@slipway/core'
import { jsonReply, type Reply } from './route.ts'

/** An error that came from somewhere else, with a status that says whose fault it is. */
interface WithStatus extends Error {
  readonly statusCode: number
}

export function errorReply(error: unknown, report: (error: unknown) => void): Reply {
  if (error instanceof SlipwayError) {
    // A run that the server itself stopped gives the server's reason.
    if (error.code === 'SLP-S7' && error.details.cause instanceof SlipwayError) {
      return errorReply(error.details.cause, report)
    }
    const { http } = errorCatalogue[error.code]
    const plain = jsonReply({ error: error.message }, http)
    const reply = { ...plain, headers: { ...plain.headers, ...hintsOf(error) } }
    // The rest of a body that is too large is not worth reading.
    return error.code === 'SLP-R5' ? { ...reply, headers: { ...reply.headers, connection: 'close' } } : reply
  }
  if (isClientError(error)) return jsonReply({ error: error.message }, error.statusCode)
  report(error)
  return jsonReply({ error: 'Internal Server Error' }, 500)
}

/** What a client may do about it, in headers. */
function hintsOf({ code, details }: SlipwayError): Readonly<Record<string, string>> {
  if (code === 'SLP-R13') return { 'www-authenticate': 'Bearer' }
  const { retryAfterMs } = details
  return retryAfterMs === undefined
    ? {}
    : { 'retry-after': String(Math.max(1, Math.ceil(retryAfterMs / 1000))) }
}

function isClientError(error: unknown): error is WithStatus {
  if (!(error instanceof Error) || !('statusCode' in error)) return false
  const { statusCode } = error
  return typeof statusCode === 'number' && statusCode >= 400 && statusCode < 500
}
