import { defineRoute, jsonReply } from '../http/route.ts'

export const ready = defineRoute({
  method: 'GET',
  paths: ['/v2/health/ready'],
  about: 'Whether every model is ready and the server is not draining; 503 otherwise.',
  permission: { group: 'health', access: 'read' },
  errors: [],
  handle: ({ services }) => {
    const isReady = services.models.ready && !services.draining
    return jsonReply({ ready: isReady }, isReady ? 200 : 503)
  },
})
