import { SlipwayError } from '@slipway/core'
import type { LoadOverrides } from '../contract/models.ts'
import { loadModel, modelIndex, unloadModel } from '../control/change-models.ts'
import { refuseRequest } from '../oip/refuse-request.ts'
import { GRPCInferenceService, type ModelRepositoryParameter } from '../proto/grpc_service_pb.ts'
import { codecOf, defineMethod } from './method.ts'

/** MLServer's clients ask a service of its own for the same messages. */
const aliases = ['inference.model_repository.ModelRepositoryService']
const { method } = GRPCInferenceService
const group = 'model-repository'
const filePrefix = 'file:'

type Parameters = Readonly<Record<string, ModelRepositoryParameter>>

export const repositoryIndex = defineMethod({
  codec: codecOf(method.repositoryIndex, aliases),
  group,
  access: 'read',
  handle({ repositoryName, ready }, { services }) {
    if (repositoryName !== '') refuseRepository()
    return {
      models: modelIndex(services, ready).map(({ name, version = '', state, reason }) => ({
        name,
        version,
        state,
        reason,
      })),
    }
  },
})

export const repositoryModelLoad = defineMethod({
  codec: codecOf(method.repositoryModelLoad, aliases),
  group,
  access: 'write',
  model: nameOf,
  async handle(request, { services, caller }) {
    const name = nameOf(request)
    await loadModel(services, caller, name, overridesOf(request.parameters))
    // KServe's clients read these two fields; in Triton's the message is empty.
    return { modelName: name, isLoaded: true }
  },
})

export const repositoryModelUnload = defineMethod({
  codec: codecOf(method.repositoryModelUnload, aliases),
  group,
  access: 'write',
  model: nameOf,
  async handle(request, { services, caller }) {
    const name = nameOf(request)
    await unloadModel(services, caller, name, flag(request.parameters, 'unload_dependents'))
    return { modelName: name, isUnloaded: true }
  },
})

/** KServe has the name of the model in field 1, where Triton has that of a repository. */
function nameOf({
  repositoryName,
  modelName,
}: {
  readonly repositoryName: string
  readonly modelName: string
}): string {
  if (modelName === '') return repositoryName
  if (repositoryName !== '') refuseRepository()
  return modelName
}

function refuseRepository(): never {
  throw new SlipwayError(
    'SLP-R9',
    "Cannot choose repository: 'repository_name' specification is not supported, got one",
  )
}

function overridesOf(parameters: Parameters): LoadOverrides {
  const files = new Map<string, Uint8Array>()
  let config: string | undefined
  for (const [key, { parameterChoice }] of Object.entries(parameters)) {
    if (key.startsWith(filePrefix)) {
      if (parameterChoice.case !== 'bytesParam')
        refuseRequest(`parameter ${key} must be bytes`, 'another type')
      else files.set(key.slice(filePrefix.length), parameterChoice.value)
    } else if (key === 'config') {
      if (parameterChoice.case !== 'stringParam')
        refuseRequest('parameter config must be a string', 'another type')
      else config = parameterChoice.value
    }
  }
  return { config, files: files.size > 0 ? files : undefined }
}

function flag(parameters: Parameters, name: string): boolean {
  const choice = parameters[name]?.parameterChoice
  if (choice === undefined) return false
  return choice.case === 'boolParam'
    ? choice.value
    : refuseRequest(`parameter ${name} must be a boolean`, 'another type')
}
