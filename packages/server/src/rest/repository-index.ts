import { modelIndex } from '../control/change-models.ts'
import { defineRoute, jsonReply } from '../http/route.ts'
import { readJsonBody } from './json-body.ts'

export const repositoryIndex = defineRoute({
  method: 'POST',
  paths: ['/v2/repository/index'],
  about: 'Every version that the repository has, with its state and the reason for it.',
  permission: { group: 'model-repository', access: 'read' },
  example: { ready: true },
  errors: ['SLP-R4', 'SLP-R5', 'SLP-R6'],
  async handle({ services, body }) {
    const onlyReady = (await readJsonBody(body)).get('ready') === true
    return jsonReply(
      modelIndex(services, onlyReady).map(({ name, version, state, reason }) => ({
        name,
        ...(version !== undefined && { version }),
        state,
        reason,
      })),
    )
  },
})
