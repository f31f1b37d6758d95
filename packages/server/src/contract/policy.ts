/** Who may do what. */
import type { ApiGroup, Principal } from './principal.ts'

/** Where the proofs of a call come from, whatever its protocol. */
export interface Credentials {
  /** Values of headers or metadata by lower-case names. */
  readonly header: (name: string) => string | undefined
  /** Subject of the client's certificate, where the connection has one that was verified. Reading it takes long. */
  readonly certificateSubject: () => string | undefined
}

export type Access = 'read' | 'write'

export interface Policy {
  /** Throws SLP-R13 for proofs that do not hold, and where a proof is needed and there is none. At once where there is nothing to prove. */
  authenticate(credentials: Credentials): Principal | Promise<Principal>
  /** Throws SLP-R14 where none of the principal's roles allows it. */
  authorize(principal: Principal, group: ApiGroup, access: Access, model?: string): void
}
