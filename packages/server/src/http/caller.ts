/** Who calls over HTTP, until when they wait, and in which trace. */
import { TLSSocket } from 'node:tls'
import type { FastifyRequest } from 'fastify'
import type { Caller } from '../contract/caller.ts'
import type { Policy } from '../contract/policy.ts'
import type { Principal } from '../contract/principal.ts'
import { certificateSubject } from '../policy/certificate-subject.ts'
import { traceOf } from './trace-of.ts'

/** Throws SLP-R13 for proofs that do not hold. */
export function callerOf(
  request: FastifyRequest,
  policy: Policy,
  signal: AbortSignal,
): Caller | Promise<Caller> {
  const { headers } = request
  const header = (name: string) => {
    const value = Object.hasOwn(headers, name) ? headers[name] : undefined
    return typeof value === 'object' ? value.join(', ') : value
  }
  const proven = policy.authenticate({ header, certificateSubject: () => subjectOf(request) })
  const callerFor = (principal: Principal): Caller => {
    return { protocol: 'rest', principal, header, signal, deadlineMs: undefined, trace: traceOf(header) }
  }
  return proven instanceof Promise ? proven.then(callerFor) : callerFor(proven)
}

/** Undefined unless the connection has checked the client's certificate. */
function subjectOf({ socket }: FastifyRequest): string | undefined {
  if (!(socket instanceof TLSSocket) || !socket.authorized) return undefined
  const { subject } = socket.getPeerCertificate()
  return subject && certificateSubject(subject)
}
