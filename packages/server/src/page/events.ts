import { defineRoute, jsonReply, type Route } from '../http/route.ts'
import type { RecentEvents } from '../observe/recent-events.ts'
import { refuseRequest } from '../oip/refuse-request.ts'

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
      const afterId = numberOf('after', query['after']) ?? 0
      const limit = numberOf('limit', query['limit']) ?? 100
      return jsonReply({ events: recent.read({ afterId, limit }) })
    },
  })
}

function numberOf(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  return /^\d{1,15}$/.test(text) ? Number(text) : refuseRequest(`${name} must be a number`, text)
}
