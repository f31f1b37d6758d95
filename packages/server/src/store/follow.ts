import type { Store, StoreTopic } from '../contract/store.ts'
import { refreshing } from './refreshing.ts'

export interface Following {
  /** Resolves once what is in the store now has been read. */
  refresh(): Promise<void>
  stop(): void
}

/** Reads now and after every change of a topic. Rejects where the first read does; a later one is tried again. */
export async function follow(
  store: Pick<Store, 'watch'>,
  topic: StoreTopic,
  read: () => Promise<void>,
): Promise<Following> {
  const refresh = refreshing(read)
  // Before the first read, so that no change falls between the two.
  const stop = store.watch((changed) => (changed === topic ? refresh() : undefined))
  try {
    await refresh()
  } catch (error) {
    stop()
    throw error
  }
  return { refresh, stop }
}
