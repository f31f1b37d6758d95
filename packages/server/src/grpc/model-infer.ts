import type { InferenceRequest } from '../oip/inference.ts'
import { GRPCInferenceService } from '../proto/grpc_service_pb.ts'
import { readInferMessage } from './infer-message.ts'
import { inferenceOf } from './inference-of.ts'
import { type Codec, defineMethod, pathsOf } from './method.ts'
import { readMessage } from './read-fields.ts'
import { wantsRaw, writeResult } from './reply-of.ts'

export const readInference = (bytes: Uint8Array): InferenceRequest =>
  inferenceOf(readMessage('inference.ModelInferRequest', bytes, readInferMessage))

const codec: Codec<InferenceRequest, Uint8Array> = {
  paths: pathsOf(GRPCInferenceService.method.modelInfer),
  read: readInference,
  write: (bytes) => bytes,
}

export const modelInfer = defineMethod({
  codec,
  group: 'inference',
  access: 'write',
  model: ({ model }) => model,
  async handle(request, { services, caller }) {
    const isRaw = wantsRaw(request)
    return writeResult(await services.infer(request, caller), isRaw)
  },
})
