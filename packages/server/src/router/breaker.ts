/** A circuit breaker for each version: several fall-backs in a row open it, and a probe now and then closes it again. */
import type { BreakerState, ModelVersion, Observe } from '../contract/event.ts'
import type { BreakerStatus } from '../contract/rollouts.ts'
import { type Circuit, createCircuit, type Ticket } from './circuit.ts'

export interface BreakerOptions {
  /** Fall-backs in a row that open a breaker; 3 unless given. */
  readonly threshold?: number
  /** How long an open breaker keeps all traffic away before it lets one request try; 30 000 unless given. */
  readonly openMs?: number
  readonly observe: Observe
  /** Milliseconds since the epoch. */
  readonly nowMs?: () => number
}

/** By the loaded version itself: one that is loaded under the same number again has a breaker of its own. */
export interface Breakers {
  enter(version: ModelVersion): Ticket | undefined
  enterAnyway(version: ModelVersion): Ticket
  isClosed(version: ModelVersion): boolean
  /** Of versions with fall-backs since their last success. */
  list(): readonly BreakerStatus[]
}

interface Entry extends ModelVersion {
  readonly circuit: Circuit
}

const defaultThreshold = 3
const defaultOpenMs = 30_000

export function createBreakers(options: BreakerOptions): Breakers {
  const { threshold = defaultThreshold, openMs = defaultOpenMs, observe, nowMs = Date.now } = options
  const circuits = new WeakMap<ModelVersion, Circuit>()
  /** Of the version that was tried under each name last; what requests say of one before it is no longer news. */
  const newest = new Map<string, Entry>()

  return {
    enter: (version) => circuitOf(version).enter(),
    enterAnyway: (version) => circuitOf(version).enterAnyway(),
    isClosed: (version) => (circuits.get(version)?.state ?? 'closed') === 'closed',
    list: () =>
      [...newest.values()]
        .filter(({ circuit }) => circuit.consecutive > 0)
        .map(({ model, version, circuit: { state, consecutive, openedAtMs } }) => ({
          model,
          version,
          state,
          consecutiveFallbacks: consecutive,
          openedAtMs,
        })),
  }

  function circuitOf(version: ModelVersion): Circuit {
    const known = circuits.get(version)
    if (known) return known
    const { model, version: number } = version
    const key = `${model}/${number}`
    const circuit = createCircuit({
      ...{ threshold, openMs, nowMs },
      onChange(state, reason) {
        if (newest.get(key)?.circuit === circuit) report({ model, version: number }, circuit, state, reason)
      },
    })
    circuits.set(version, circuit)
    newest.set(key, { model, version: number, circuit })
    return circuit
  }

  function report(
    { model, version }: ModelVersion,
    { consecutive }: Circuit,
    state: BreakerState,
    reason: string,
  ): void {
    observe({ kind: 'breaker', model, version, state, reason })
    if (state !== 'open') return
    const message = `breaker of ${model} version ${version} opened after ${consecutive} fall-backs: ${reason}`
    observe({ kind: 'alert', severity: 'critical', message, model })
  }
}
