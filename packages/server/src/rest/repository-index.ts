import { defineRoute, jsonReply } from '../http/route.ts'
import { readJsonBody } from './json-body.ts'

export const repositoryIndex = defineRoute({
  method: 'POST',
  paths: ['/v2/repository/index'],
  about: 'Every version that the repository has, with its state and the reason for it.',
  permission: { group: 'model-repository', access: 'read' },
  example: { ready: true },
  errors: ['SLP-R4', 'SLP-R5', 'SLP-R6'],
  async handle({ services: { models }, body }) {
    const onlyReady = (await readJsonBody(body)).get('ready') === true
    const found = models.index().filter(({ state }) => !onlyReady || state === 'READY')
    return jsonReply(
      found.map(({ name, version, state, reason }) => ({
        name,
        ...(version !== undefined && { version }),
        state,
        reason,
      })),
    )
  },
})
