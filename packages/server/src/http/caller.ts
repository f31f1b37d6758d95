/** Who calls over HTTP, until when they wait, and in which trace. */
import type { IncomingHttpHeaders } from 'node:http'
import { TLSSocket } from 'node:tls'
import { ROOT_CONTEXT } from '@opentelemetry/api'
import { W3CTraceContextPropagator } from '@opentelemetry/core'
import type { FastifyRequest } from 'fastify'
import type { Caller } from '../contract/caller.ts'
import type { Policy } from '../contract/policy.ts'
import { certificateSubject } from '../policy/certificate-subject.ts'

const propagator = new W3CTraceContextPropagator()
const getter = {
  keys: (headers: IncomingHttpHeaders) => Object.keys(headers),
  get: (headers: IncomingHttpHeaders, name: string) => headers[name],
}

/** Throws SLP-R13 for proofs that do not hold. */
export async function callerOf(
  request: FastifyRequest,
  policy: Policy,
  signal: AbortSignal,
): Promise<Caller> {
  const { headers } = request
  const header = (name: string) => {
    const value = headers[name]
    return typeof value === 'object' ? value.join(', ') : value
  }
  const principal = await policy.authenticate({ header, certificateSubject: subjectOf(request) })
  const trace = headers['traceparent'] ? propagator.extract(ROOT_CONTEXT, headers, getter) : ROOT_CONTEXT
  return { protocol: 'rest', principal, header, signal, deadlineMs: undefined, trace }
}

/** Undefined unless the connection has checked the client's certificate. */
function subjectOf({ socket }: FastifyRequest): string | undefined {
  if (!(socket instanceof TLSSocket) || !socket.authorized) return undefined
  const { subject } = socket.getPeerCertificate()
  return subject && certificateSubject(subject)
}
