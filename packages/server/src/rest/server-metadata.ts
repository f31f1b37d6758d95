import { defineRoute, jsonReply } from '../http/route.ts'

/** Extensions of the protocol that this server really has. */
const extensions = ['binary_tensor_data'] as const

export const serverMetadata = defineRoute({
  method: 'GET',
  paths: ['/v2'],
  about: 'Name and version of the server, and the extensions it has.',
  errors: [],
  handle: ({ services }) => jsonReply({ ...services.about, extensions }),
})
