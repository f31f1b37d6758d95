import type { MessageInitShape } from '@bufbuild/protobuf'
import type { ServedTensor } from '../oip/served-tensor.ts'
import {
  GRPCInferenceService,
  type ModelMetadataResponse_TensorMetadataSchema,
} from '../proto/grpc_service_pb.ts'
import { codecOf, defineMethod } from './method.ts'

const { method } = GRPCInferenceService
const group = 'metadata'
const access = 'read'

export const serverMetadata = defineMethod({
  codec: codecOf(method.serverMetadata),
  group,
  access,
  handle: (_request, { services: { about } }) => ({ ...about, extensions: [...about.extensions] }),
})

export const modelMetadata = defineMethod({
  codec: codecOf(method.modelMetadata),
  group,
  access,
  model: ({ name }) => name,
  handle({ name, version }, { services: { models } }) {
    const { model, config, inputs, outputs } = models.find(name, version || undefined)
    return {
      name: model,
      versions: models.versions(name).map((served) => served.version),
      platform: config.platform,
      inputs: inputs.map(describeTensor),
      outputs: outputs.map(describeTensor),
    }
  },
})

export const describeTensor = ({
  name,
  datatype,
  shape,
}: ServedTensor): MessageInitShape<typeof ModelMetadataResponse_TensorMetadataSchema> => ({
  name,
  datatype,
  shape: shape.map(BigInt),
})
