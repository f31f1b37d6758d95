import { queryNumber } from '../http/query-number.ts'
import { defineRoute, jsonReply, type Route } from '../http/route.ts'
import type { RecentEvents } from '../observe/recent-events.ts'

/** The last events that matter, newest first. */
export function eventsRoute(recent: Pick<RecentEvents, 'read'>): Route {
  return defineRoute({
    method: 'GET',
    paths: ['/slipway/v1/events'],
    about:
      'Loads, swaps, fall-backs, breakers, alerts and control calls; those after the id `after`, `limit` of them.',
    permission: { group: 'statistics', access: 'read' },
    errors: ['SLP-R4'],
    handle: ({ query }) => {
      const afterId = queryNumber(query, 'after') ?? 0
      const limit = queryNumber(query, 'limit') ?? 100
      return jsonReply({ events: recent.read({ afterId, limit }) })
    },
  })
}
