import { isServerReady } from '../control/readiness.ts'
import { defineRoute, jsonReply } from '../http/route.ts'

export const ready = defineRoute({
  method: 'GET',
  paths: ['/v2/health/ready'],
  about: 'Whether every model is ready and the server is not draining; 503 otherwise.',
  permission: { group: 'health', access: 'read' },
  errors: [],
  handle: ({ services }) => {
    const isReady = isServerReady(services)
    return jsonReply({ ready: isReady }, isReady ? 200 : 503)
  },
})
