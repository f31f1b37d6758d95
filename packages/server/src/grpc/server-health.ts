import { isKnownModelReady, isServerReady } from '../control/readiness.ts'
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
    ready: isKnownModelReady(services, name, version || undefined),
  }),
})
