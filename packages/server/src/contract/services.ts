/** What the protocols may use. */
import type { InferenceRequest, InferenceResult } from '../oip/inference.ts'
import type { Caller } from './caller.ts'
import type { Observe } from './event.ts'
import type { MetricsText } from './metrics-text.ts'
import type { Models } from './models.ts'
import type { Policy } from './policy.ts'
import type { Rollouts } from './rollouts.ts'
import type { Lease, Sessions } from './sessions.ts'
import type { Settings } from './settings.ts'
import type { Statistics } from './statistics.ts'
import type { Store } from './store.ts'

/**
 * Answers one request: limits, route, cache, queue, execution, classification.
 *
 * @throws SLP-R10 over a tenant's limit, and what the stages throw; each error has a code with its HTTP and gRPC status.
 */
export type Infer = (request: InferenceRequest, caller: Caller) => Promise<InferenceResult>

/** The same for the version that a lease holds, whatever model the request itself names. */
export type Predict = (lease: Lease, request: InferenceRequest, caller: Caller) => Promise<InferenceResult>

export interface About {
  readonly name: string
  readonly version: string
  readonly extensions: readonly string[]
}

export interface Services {
  readonly about: About
  /** True once the server has been asked to close; it is then no longer ready. */
  readonly draining: boolean
  readonly infer: Infer
  readonly predict: Predict
  readonly models: Models
  readonly sessions: Sessions
  readonly rollouts: Rollouts
  readonly policy: Policy
  readonly statistics: Statistics
  readonly settings: Settings
  readonly metrics: MetricsText
  readonly store: Store
  readonly observe: Observe
}
