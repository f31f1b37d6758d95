/** The last events that are not everyday business, for the status page. */
import type { Observe, ServerEvent } from '../contract/event.ts'

export interface RecentEvent {
  readonly id: number
  /** Milliseconds since the epoch. */
  readonly atMs: number
  readonly event: ServerEvent
}

export interface RecentEvents {
  readonly observe: Observe
  /** Newest first; those after an id where it is given. */
  read(options?: { readonly afterId?: number; readonly limit?: number }): readonly RecentEvent[]
}

const mostKept = 500

export function createRecentEvents(nowMs: () => number = Date.now): RecentEvents {
  const kept: RecentEvent[] = []
  let lastId = 0
  return {
    observe(event) {
      if (isEveryday(event)) return
      kept.push({ id: ++lastId, atMs: nowMs(), event: shown(event) })
      if (kept.length > mostKept) kept.shift()
    },
    read: ({ afterId = 0, limit = mostKept } = {}) =>
      kept
        .filter(({ id }) => id > afterId)
        .reverse()
        .slice(0, limit),
  }
}

/** Clients see these events; what was thrown is for the log. */
function shown(event: ServerEvent): ServerEvent {
  if (event.kind !== 'alert') return event
  const { error: _, ...alert } = event
  return alert
}

function isEveryday(event: ServerEvent): boolean {
  switch (event.kind) {
    case 'request':
    case 'batch':
      return true
    case 'shadow':
      return event.error === undefined && event.top1Agrees !== false
    case 'load':
    case 'unload':
    case 'swap':
    case 'fallback':
    case 'breaker':
    case 'audit':
    case 'alert':
      return false
    default:
      return event satisfies never
  }
}
