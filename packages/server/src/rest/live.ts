import { defineRoute, jsonReply } from '../http/route.ts'

export const live = defineRoute({
  method: 'GET',
  paths: ['/v2/health/live'],
  about: 'Whether the process answers at all.',
  permission: { group: 'health', access: 'read' },
  errors: [],
  handle: () => jsonReply({ live: true }),
})
