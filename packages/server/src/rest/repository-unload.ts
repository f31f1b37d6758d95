import { unloadModel } from '../control/change-models.ts'
import { defineRoute, emptyReply } from '../http/route.ts'
import { flagOf, parametersOf } from '../oip/json-fields.ts'
import { readJsonBody } from './json-body.ts'

export const repositoryUnload = defineRoute({
  method: 'POST',
  paths: ['/v2/repository/models/:model/unload'],
  about: 'Stops serving a model; answers once its last request has ended and its memory is given back.',
  permission: { group: 'model-repository', access: 'write' },
  example: { parameters: { unload_dependents: false } },
  errors: ['SLP-R1', 'SLP-R4', 'SLP-R5', 'SLP-R6', 'SLP-R15'],
  async handle({ params, caller, services, body }) {
    const parameters = parametersOf('the request', await readJsonBody(body))
    const dependents = flagOf('unload_dependents', parameters) ?? false
    await unloadModel(services, caller, params['model']!, dependents)
    return emptyReply
  },
})
