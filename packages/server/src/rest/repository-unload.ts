import { defineRoute, emptyReply } from '../http/route.ts'
import { flagOf, parametersOf } from '../oip/json-fields.ts'
import { audited } from '../policy/audited.ts'
import { readJsonBody } from './json-body.ts'

export const repositoryUnload = defineRoute({
  method: 'POST',
  paths: ['/v2/repository/models/:model/unload'],
  about: 'Stops serving a model; answers once its last request has ended and its memory is given back.',
  permission: { group: 'model-repository', access: 'write' },
  example: { parameters: { unload_dependents: false } },
  errors: ['SLP-R1', 'SLP-R4', 'SLP-R5', 'SLP-R6', 'SLP-R15'],
  async handle({ params, caller, services: { models, observe }, body }) {
    const name = params['model']!
    const parameters = parametersOf('the request', await readJsonBody(body))
    const dependents = flagOf('unload_dependents', parameters) ?? false
    await audited(
      observe,
      caller.principal,
      { action: 'model.unload', target: name, detail: { dependents } },
      () => models.unload(name, { dependents }),
    )
    return emptyReply
  },
})
