/** One version of one model while it is open. */

import type { ServedTensor } from '../oip/served-tensor.ts'
import type { ModelConfig } from '../proto/model_config_pb.ts'
import type { Executor } from './executor.ts'
import type { Scheduler } from './job.ts'
import type { Rollout } from './rollout.ts'

export interface Signatures {
  /** SHA-256 in hexadecimal digits; weights do not count, attribute values count in `strict` only. */
  readonly structural: string
  readonly strict: string
}

/** A token bucket. */
export interface RateLimit {
  readonly perSecond: number
  /** Requests that may come at once. */
  readonly burst: number
}

export interface ModelRates {
  /** Of all requests for the model. */
  readonly rate: RateLimit | undefined
  /** Of the requests of each tenant. */
  readonly tenantRate: RateLimit | undefined
}

export interface ServedVersion {
  readonly model: string
  readonly version: string
  /** Completed from the graph. */
  readonly config: ModelConfig
  /** With the batch dimension. */
  readonly inputs: readonly ServedTensor[]
  readonly outputs: readonly ServedTensor[]
  /** Labels of classes by output, from the files that the config names. */
  readonly labels: ReadonlyMap<string, readonly string[]>
  /** Undefined for an ensemble. */
  readonly signatures: Signatures | undefined
  /** What its configuration allows; undefined: whatever the server allows. */
  readonly rates: ModelRates | undefined
  /** The rollout that its configuration starts with. */
  readonly rolloutSeed: Omit<Rollout, 'model'> | undefined
  readonly scheduler: Scheduler
  readonly executor: Executor | undefined
  /** All memory that it has at the moment: its weights, which its threads share, and that of WebAssembly. 0 for an ensemble. */
  readonly sizeBytes: number
  /**
   * Keeps the version open until the returned function is called; a version that was replaced is closed when the last
   * one that uses it lets go.
   */
  hold(): () => void
}
