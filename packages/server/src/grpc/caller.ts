/** What a call says about itself besides its message. */
import type { Deadline, Metadata } from '@grpc/grpc-js'
import type { Caller } from '../contract/caller.ts'
import type { Credentials } from '../contract/policy.ts'
import { certificateSubject } from '../policy/certificate-subject.ts'

/** Texts of the metadata; several values of a name are joined as HTTP joins them. */
export function headerOf(metadata: Metadata): Caller['header'] {
  return (name) => {
    const values = metadata.get(name).filter((value) => typeof value === 'string')
    return values.length > 0 ? values.join(', ') : undefined
  }
}

/** On the clock of `performance.now()`; undefined where the client waits for ever. */
export function deadlineOf(deadline: Deadline): number | undefined {
  const atMs = typeof deadline === 'number' ? deadline : deadline.getTime()
  return Number.isFinite(atMs) ? atMs - Date.now() + performance.now() : undefined
}

/** The parts of a call that it needs; grpc-js has no class in common for its kinds. */
interface ProofSource {
  getAuthContext(): { readonly sslPeerCertificate?: { readonly subject: object } }
}

export function credentialsOf(call: ProofSource, header: Caller['header']): Credentials {
  return {
    header,
    certificateSubject: () => {
      const certificate = call.getAuthContext().sslPeerCertificate
      return certificate && certificateSubject(certificate.subject)
    },
  }
}
