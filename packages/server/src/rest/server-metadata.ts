import { defineRoute, jsonReply } from '../http/route.ts'

export const serverMetadata = defineRoute({
  method: 'GET',
  paths: ['/v2'],
  about: 'Name and version of the server, and the extensions it has.',
  permission: { group: 'metadata', access: 'read' },
  errors: [],
  handle: ({ services }) => jsonReply(services.about),
})
