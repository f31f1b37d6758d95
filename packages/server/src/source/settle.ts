/**
 * Whether something is still being written. It is not once nothing has changed for a while: by the times of its
 * files, which a copying program moves on with every write, or by two looks with that while between them, where
 * times cannot be trusted.
 */
export interface Observation {
  readonly fingerprint: string
  /** Newest change, in milliseconds since the epoch. */
  readonly changedMs: number
}

export interface SettleOptions {
  /** How long nothing may have changed. */
  readonly settleMs: number
  /** Milliseconds since the epoch. */
  readonly nowMs: () => number
}

export interface Settling {
  /** Looks at everything that there is, by key, and says which of it is settled. What is gone is forgotten. */
  look(seen: ReadonlyMap<string, Observation>, scope?: (key: string) => boolean): ReadonlySet<string>
}

interface Sighting {
  readonly fingerprint: string
  readonly sinceMs: number
}

export const defaultSettleMs = 2000

/** Remembers what was seen before. `scope` limits a look to some keys; others stay as they are. */
export function openSettling({ settleMs, nowMs }: SettleOptions): Settling {
  const sightings = new Map<string, Sighting>()
  return {
    look(seen, scope = () => true) {
      const now = nowMs()
      for (const key of sightings.keys()) if (scope(key) && !seen.has(key)) sightings.delete(key)
      const settled = new Set<string>()
      for (const [key, { fingerprint, changedMs }] of seen) {
        const before = sightings.get(key)
        const sinceMs = before?.fingerprint === fingerprint ? before.sinceMs : now
        sightings.set(key, { fingerprint, sinceMs })
        const isOld = changedMs <= now - settleMs
        if (isOld || now - sinceMs >= settleMs) settled.add(key)
      }
      return settled
    },
  }
}
