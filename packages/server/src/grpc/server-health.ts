import { SlipwayError } from '@slipway/core'
import type { Services } from '../contract/services.ts'
import { GRPCInferenceService } from '../proto/grpc_service_pb.ts'
import { codecOf, defineMethod } from './method.ts'

const { method } = GRPCInferenceService
const group = 'health'
const access = 'read'

export const serverLive = defineMethod({
  codec: codecOf(method.serverLive),
  group,
  access,
  handle: () => ({ live: true }),
})

export const serverReady = defineMethod({
  codec: codecOf(method.serverReady),
  group,
  access,
  handle: (_request, { services }) => ({ ready: isServerReady(services) }),
})

/** False, and no error, for a model that nobody knows: clients ask before they load it. */
export const modelReady = defineMethod({
  codec: codecOf(method.modelReady),
  group,
  access,
  model: ({ name }) => name,
  handle: ({ name, version }, { services }) => ({
    ready: !services.draining && stateOf(services, name, version || undefined) === 'ready',
  }),
})

export const isServerReady = ({ models, draining }: Services): boolean => models.ready && !draining

/** Throws what `Models.find` throws, except for what these three states say. */
export function stateOf(
  { models }: Services,
  name: string,
  version?: string,
): 'ready' | 'not ready' | 'unknown' {
  try {
    models.find(name, version)
    return 'ready'
  } catch (error) {
    if (!(error instanceof SlipwayError)) throw error
    if (error.code === 'SLP-R3') return 'not ready'
    if (error.code === 'SLP-R1' || error.code === 'SLP-R2') return 'unknown'
    throw error
  }
}
