/** Looks for changes of other replicas. Counters in the database are all that replicas need to agree on. */
import { setTimeout as wait } from 'node:timers/promises'
import type { Store, StoreTopic } from '../contract/store.ts'
import type { Statements } from './database.ts'
import { topics } from './schema.ts'

export interface Changes extends Pick<Store, 'watch'> {
  close(): void
}

type Counters = ReadonlyMap<string, number>

/** Begins with what is there now. Goes on where the database is away for a while. */
export async function watchChanges(statements: Statements, pollMs: number): Promise<Changes> {
  const listeners = new Set<(topic: StoreTopic) => void>()
  const stop = new AbortController()
  let known = await read(statements)
  void poll()
  return {
    watch(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    close: () => stop.abort(),
  }

  async function poll(): Promise<void> {
    for (;;) {
      await wait(pollMs, undefined, { signal: stop.signal, ref: false }).catch(() => {})
      if (stop.signal.aborted) return
      const now = await read(statements).catch(() => undefined)
      if (!now || stop.signal.aborted) continue
      const changed = topics.filter((topic) => now.get(topic) !== known.get(topic))
      known = now
      for (const topic of changed) for (const listener of listeners) listener(topic)
    }
  }
}

async function read({ query }: Statements): Promise<Counters> {
  const rows = await query('SELECT topic, revision FROM slipway_changes')
  return new Map(rows.map((row) => [String(row['topic']), Number(row['revision'])]))
}
