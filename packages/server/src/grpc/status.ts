/** Errors as statuses. What nobody foresaw is reported to the server, not to the client. */
import { Metadata, status } from '@grpc/grpc-js'
import { errorCatalogue, SlipwayError } from '@slipway/core'
import type { Observe } from '../contract/event.ts'
import { tellUnforeseen } from '../http/unforeseen.ts'

interface CallStatus {
  readonly code: status
  readonly details: string
  readonly metadata: Metadata
}

/** Trailers have limits of their own, and a message that breaks them would lose the whole answer. */
const mostCharacters = 2000

export function statusOf(error: unknown, path: string, observe: Observe): CallStatus {
  if (error instanceof SlipwayError) {
    // A run that the server itself stopped gives the server's reason.
    const { cause } = error.details
    return slipwayStatus(error.code === 'SLP-S7' && cause instanceof SlipwayError ? cause : error)
  }
  tellUnforeseen(observe, path, error)
  return { code: status.INTERNAL, details: 'Internal Server Error', metadata: new Metadata() }
}

function slipwayStatus({ code, message, details }: SlipwayError): CallStatus {
  const metadata = new Metadata()
  if (details.retryAfterMs !== undefined) {
    metadata.set('retry-after', String(Math.ceil(details.retryAfterMs / 1000)))
    metadata.set('grpc-retry-pushback-ms', String(Math.ceil(details.retryAfterMs)))
  }
  return { code: status[errorCatalogue[code].grpc], details: wellFormed(message), metadata }
}

/** Half a surrogate pair, as cutting a text leaves it, cannot be written into a trailer. */
export function wellFormed(text: string): string {
  const cut = text.length > mostCharacters ? `${text.slice(0, mostCharacters)}…` : text
  return Buffer.from(cut).toString()
}
