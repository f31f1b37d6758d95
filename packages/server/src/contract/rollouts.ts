/** Rollouts as the control API sees them: kept in the store, cached for the router. */
import type { BreakerState } from './event.ts'
import type { Principal } from './principal.ts'
import type { Rollout } from './rollout.ts'
import type { Versioned } from './store.ts'

export interface BreakerStatus {
  readonly model: string
  readonly version: string
  readonly state: BreakerState
  readonly consecutiveFallbacks: number
  /** Milliseconds since the epoch; undefined while closed. */
  readonly openedAtMs: number | undefined
}

export interface Rollouts {
  list(): readonly Versioned<Rollout>[]
  get(model: string): Versioned<Rollout> | undefined
  /**
   * Replaces a model's rollout. The change is on the disk, audited and in force here once this resolves, and in force
   * at the other replicas within a second.
   *
   * @throws SLP-R19 for a rollout that breaks a rule, SLP-R18 where `expected` is not the current revision.
   */
  put(rollout: Rollout, expected: number, principal: Principal): Promise<Versioned<Rollout>>
  remove(model: string, expected: number, principal: Principal): Promise<void>
  breakers(): readonly BreakerStatus[]
}
