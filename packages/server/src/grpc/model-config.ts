import { GRPCInferenceService } from '../proto/grpc_service_pb.ts'
import { codecOf, defineMethod } from './method.ts'

export const modelConfig = defineMethod({
  codec: codecOf(GRPCInferenceService.method.modelConfig),
  group: 'model-config',
  access: 'read',
  model: ({ name }) => name,
  handle: ({ name, version }, { services }) => ({
    config: services.models.find(name, version || undefined).config,
  }),
})
