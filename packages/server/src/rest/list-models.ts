import { defineRoute, jsonReply } from '../http/route.ts'

/** Only KServe's clients know it. */
export const listModels = defineRoute({
  method: 'GET',
  paths: ['/v2/models'],
  about: 'Names of the models that have a version that is ready.',
  permission: { group: 'metadata', access: 'read' },
  errors: [],
  handle: ({ services: { models } }) => {
    const ready = models.index().filter(({ state }) => state === 'READY')
    return jsonReply({ models: [...new Set(ready.map(({ name }) => name))] })
  },
})
