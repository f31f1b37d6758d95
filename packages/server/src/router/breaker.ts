/** A circuit breaker for each version: several fall-backs in a row open it, and a probe now and then closes it again. */
import type { BreakerState, ModelVersion, Observe } from '../contract/event.ts'
import type { BreakerStatus } from '../contract/rollouts.ts'

export interface BreakerOptions {
  /** Fall-backs in a row that open a breaker; 3 unless given. */
  readonly threshold?: number
  /** How long an open breaker keeps all traffic away before it lets one request try; 30 000 unless given. */
  readonly openMs?: number
  readonly observe: Observe
  /** Milliseconds since the epoch. */
  readonly nowMs?: () => number
}

export interface Breakers {
  /**
   * Whether a request may try a version. Where a breaker is half-open only one request at a time may, and it must
   * be followed by `succeeded`, `fellBack` or `gaveUp`.
   */
  allows(version: ModelVersion): boolean
  succeeded(version: ModelVersion): void
  fellBack(version: ModelVersion, reason: string): void
  /** The request ended without saying anything of the version, such as one that was cancelled. */
  gaveUp(version: ModelVersion): void
  /** Forgets a version, for one that was loaded anew. */
  reset(version: ModelVersion): void
  list(): readonly BreakerStatus[]
}

interface Entry extends ModelVersion {
  state: BreakerState
  consecutive: number
  openedAtMs: number | undefined
  probing: boolean
}

const defaultThreshold = 3
const defaultOpenMs = 30_000

export function createBreakers(options: BreakerOptions): Breakers {
  const { threshold = defaultThreshold, openMs = defaultOpenMs, observe, nowMs = Date.now } = options
  const entries = new Map<string, Entry>()
  const keyOf = ({ model, version }: ModelVersion) => `${model}/${version}`
  const enter = (entry: Entry, state: BreakerState, reason: string) => {
    entry.state = state
    const { model, version } = entry
    observe({ kind: 'breaker', model, version, state, reason })
  }

  return {
    allows(version) {
      const entry = entries.get(keyOf(version))
      if (!entry || entry.state === 'closed') return true
      if (entry.state === 'open' && nowMs() - (entry.openedAtMs ?? 0) >= openMs) {
        enter(entry, 'half-open', 'one request may try')
      }
      if (entry.state === 'open' || entry.probing) return false
      entry.probing = true
      return true
    },
    succeeded(version) {
      const entry = entries.get(keyOf(version))
      if (!entry) return
      if (entry.state !== 'closed') enter(entry, 'closed', 'a request succeeded')
      entries.delete(keyOf(version))
    },
    fellBack({ model, version }, reason) {
      const key = keyOf({ model, version })
      const entry = entries.get(key) ?? newEntry(model, version)
      entries.set(key, entry)
      entry.consecutive++
      entry.probing = false
      if (entry.state === 'open' || (entry.state === 'closed' && entry.consecutive < threshold)) return
      entry.openedAtMs = nowMs()
      enter(entry, 'open', reason)
      const message = `breaker of ${model} version ${version} opened after ${entry.consecutive} fall-backs: ${reason}`
      observe({ kind: 'alert', severity: 'critical', message, model })
    },
    gaveUp(version) {
      const entry = entries.get(keyOf(version))
      if (entry) entry.probing = false
    },
    reset: (version) => void entries.delete(keyOf(version)),
    list: () =>
      [...entries.values()].map(({ model, version, state, consecutive, openedAtMs }) => ({
        model,
        version,
        state,
        consecutiveFallbacks: consecutive,
        openedAtMs,
      })),
  }
}

function newEntry(model: string, version: string): Entry {
  return { model, version, state: 'closed', consecutive: 0, openedAtMs: undefined, probing: false }
}
