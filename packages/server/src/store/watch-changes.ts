/** Tells of changes, those of other replicas included. Counters in the database are all that replicas need to agree on. */
import { setTimeout as wait } from 'node:timers/promises'
import type { Store, StoreTopic } from '../contract/store.ts'
import type { Statements } from './database.ts'
import { topics } from './schema.ts'

export interface Changes extends Pick<Store, 'watch'> {
  /** Tells of a change that was committed here. Resolves once every listener is done; never rejects. */
  committed(topic: StoreTopic, revision: number): Promise<void>
  close(): void
}

type Counters = ReadonlyMap<string, number>
type Listener = Parameters<Store['watch']>[0]

/** Begins with what is there now. Goes on where the database is away for a while. */
export async function watchChanges(statements: Statements, pollMs: number): Promise<Changes> {
  const listeners = new Set<Listener>()
  const stop = new AbortController()
  /** What every listener has seen at least: a change stays news until all of them have taken it. */
  const seen = new Map(await read(statements))
  void poll()
  return {
    watch(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    committed: tell,
    close: () => stop.abort(),
  }

  async function poll(): Promise<void> {
    for (;;) {
      await wait(pollMs, undefined, { signal: stop.signal, ref: false }).catch(() => {})
      if (stop.signal.aborted) return
      const now = await read(statements).catch(() => undefined)
      if (!now || stop.signal.aborted) continue
      const changed = topics.filter((topic) => revisionOf(topic, now) !== revisionOf(topic, seen))
      await Promise.all(changed.map((topic) => tell(topic, revisionOf(topic, now))))
    }
  }

  async function tell(topic: StoreTopic, revision: number): Promise<void> {
    const results = await Promise.allSettled([...listeners].map(async (listener) => listener(topic)))
    if (results.some(({ status }) => status === 'rejected')) return
    seen.set(topic, revision)
  }
}

const revisionOf = (topic: StoreTopic, counters: Counters): number => counters.get(topic) ?? 0

async function read({ query }: Statements): Promise<Counters> {
  const rows = await query('SELECT topic, revision FROM slipway_changes')
  return new Map(rows.map((row) => [String(row['topic']), Number(row['revision'])]))
}
