/**
 * Everything that can be seen of the server, as values. Each stage emits its event in one place; metrics, statistics,
 * traces, logs and the status page only read them.
 */
import type { Context } from '@opentelemetry/api'
import type { ErrorCode } from '@slipway/core'
import type { Protocol } from './caller.ts'
import type { DispatchReason, JobTimes } from './job.ts'

export interface ModelVersion {
  readonly model: string
  readonly version: string
}

/** Why the router chose a version. */
export const routeReasons = ['version', 'label', 'rule', 'sticky', 'default', 'fallback', 'session'] as const
export type RouteReason = (typeof routeReasons)[number]

/** How a request ended; names of Triton's failure reasons. */
export type Outcome = 'SUCCESS' | 'REJECTED' | 'CANCELED' | 'BACKEND' | 'OTHER'

/** A request has been answered. Times are on the clock of `performance.now()`. */
export interface RequestEvent {
  readonly kind: 'request'
  /** Absent where the request did not come so far. */
  readonly model: string | undefined
  readonly version: string | undefined
  readonly protocol: Protocol
  readonly tenant: string
  readonly trace: Context
  readonly startedMs: number
  readonly routedMs: number | undefined
  readonly endedMs: number
  readonly outcome: Outcome
  readonly error: ErrorCode | undefined
  readonly route: RouteReason | undefined
  readonly times: JobTimes | undefined
  readonly batchSize: number | undefined
  readonly cache: 'hit' | 'miss' | undefined
  /** Elements of the batch dimension that this request brought. */
  readonly elements: number
}

export interface BatchEvent extends ModelVersion {
  readonly kind: 'batch'
  readonly reason: DispatchReason
  readonly requests: number
  readonly elements: number
  readonly paddedElements: number
  readonly assemblyMs: number
  readonly computeMs: number
  readonly outputMs: number
  readonly failed: boolean
}

export interface LoadEvent extends ModelVersion {
  readonly kind: 'load'
  readonly ok: boolean
  readonly loadMs: number
  readonly warmupMs: number
  readonly reason: string
}

export interface UnloadEvent extends ModelVersion {
  readonly kind: 'unload'
}

/** A version took another's place; the pause is how long the switch kept the front thread. */
export interface SwapEvent extends ModelVersion {
  readonly kind: 'swap'
  readonly pauseMs: number
}

/** A version did not fit a request, so an older one answered. */
export interface FallbackEvent extends ModelVersion {
  readonly kind: 'fallback'
  readonly to: string
  readonly reason: string
}

export type BreakerState = 'closed' | 'open' | 'half-open'
export interface BreakerEvent extends ModelVersion {
  readonly kind: 'breaker'
  readonly state: BreakerState
  readonly reason: string
}

export interface ShadowEvent extends ModelVersion {
  readonly kind: 'shadow'
  readonly primary: string
  readonly relativeL2: number | undefined
  readonly top1Agrees: boolean | undefined
  /** Set where the shadow failed or its outputs could not be compared. */
  readonly error: string | undefined
  readonly computeMs: number
}

/** A change of what is served, by whom. */
export interface AuditEvent {
  readonly kind: 'audit'
  readonly subject: string
  readonly action: string
  readonly target: string
  readonly detail: Readonly<Record<string, unknown>>
  readonly ok: boolean
  /** True: the audit log has it already, in the transaction of the change itself. */
  readonly stored: boolean
}

export interface AlertEvent {
  readonly kind: 'alert'
  readonly severity: 'warning' | 'critical'
  /** Clients may read it. */
  readonly message: string
  readonly model: string | undefined
  /** What was thrown, with its stack: for the log alone. */
  readonly error?: unknown
}

export type ServerEvent =
  | RequestEvent
  | BatchEvent
  | LoadEvent
  | UnloadEvent
  | SwapEvent
  | FallbackEvent
  | BreakerEvent
  | ShadowEvent
  | AuditEvent
  | AlertEvent

/** Takes every event at once; must not throw and must not wait. */
export type Observe = (event: ServerEvent) => void
