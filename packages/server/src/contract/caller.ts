/** What is known of a call besides the request itself. */
import type { Context } from '@opentelemetry/api'
import type { Principal } from './principal.ts'

export type Protocol = 'rest' | 'grpc' | 'internal'

export interface Caller {
  readonly protocol: Protocol
  readonly principal: Principal
  /** Values of headers or metadata by lower-case names. */
  readonly header: (name: string) => string | undefined
  /** Aborted when the client goes away or cancels, and when the server cannot wait any longer. */
  readonly signal: AbortSignal
  /** On the clock of `performance.now()`; undefined: the client waits for ever. */
  readonly deadlineMs: number | undefined
  /** The trace that the call belongs to. */
  readonly trace: Context
}
