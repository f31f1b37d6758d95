import type { LoadOverrides } from '../contract/models.ts'
import { loadModel } from '../control/change-models.ts'
import { defineRoute, emptyReply } from '../http/route.ts'
import { parametersOf, textOf } from '../oip/json-fields.ts'
import type { Parameters } from '../oip/parameters.ts'
import { refuseRequest } from '../oip/refuse-request.ts'
import { readJsonBody } from './json-body.ts'

const filePrefix = 'file:'

export const repositoryLoad = defineRoute({
  method: 'POST',
  paths: ['/v2/repository/models/:model/load'],
  about: 'Loads a model, or loads it anew; what was served before serves until the new version is warm.',
  permission: { group: 'model-repository', access: 'write' },
  example: { parameters: { config: '{"max_batch_size":8}' } },
  errors: [
    ...(['SLP-R1', 'SLP-R2', 'SLP-R3', 'SLP-R4', 'SLP-R5', 'SLP-R6', 'SLP-R8'] as const),
    ...(['SLP-R9', 'SLP-R15', 'SLP-R19'] as const),
  ],
  async handle({ params, caller, services, body }) {
    const overrides = overridesOf(parametersOf('the request', await readJsonBody(body)))
    await loadModel(services, caller, params['model']!, overrides)
    return emptyReply
  },
})

function overridesOf(parameters: Parameters): LoadOverrides {
  const files = new Map<string, Uint8Array>()
  for (const [key, value] of parameters) {
    if (key.startsWith(filePrefix)) files.set(key.slice(filePrefix.length), fromBase64(key, value))
  }
  const config = parameters.get('config')
  return {
    config: config === undefined ? undefined : textOf('parameter config', config),
    files: files.size > 0 ? files : undefined,
  }
}

function fromBase64(key: string, value: unknown): Uint8Array {
  if (typeof value === 'string' && /^[A-Za-z0-9+/]*={0,2}$/.test(value)) return Buffer.from(value, 'base64')
  return refuseRequest(`parameter ${key.slice(0, 100)} must be base64`, 'something else')
}
