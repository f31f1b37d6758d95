/** The client over gRPC. */
import {
  create,
  type DescMessage,
  type DescMethod,
  fromBinary,
  type MessageInitShape,
  type MessageShape,
  toBinary,
} from '@bufbuild/protobuf'
import { GRPCInferenceService, type ModelMetadataResponse_TensorMetadata } from '../proto/grpc_service_pb.ts'
import { ModelConfigSchema } from '../proto/model_config_pb.ts'
import { type Session, SessionService } from '../proto/sessions_pb.ts'
import type { GrpcCaller } from './grpc-call.ts'
import { readAnswer, readStreamAnswer, writeInference, writePrediction } from './grpc-infer.ts'
import { stateOf } from './json-answers.ts'
import type { Outcome } from './outcome.ts'
import type { Ask, Target, Transport } from './transport.ts'
import type { InferOptions, LoadOptions, SessionInfo, StreamAnswer, TensorMetadata } from './types.ts'

const inference = GRPCInferenceService.method
const session = SessionService.method

type Described<I extends DescMessage, O extends DescMessage> = DescMethod & {
  readonly input: I
  readonly output: O
}

type Call = <I extends DescMessage, O extends DescMessage, T>(
  method: Described<I, O>,
  request: MessageInitShape<I>,
  ask: Ask,
  read: (reply: MessageShape<O>) => T,
) => Promise<Outcome<T>>

export function grpcTransport(grpc: GrpcCaller): Transport {
  const call: Call = ({ input, output, ...method }, request, ask, read) => {
    const bytes = toBinary(input, create(input, request))
    return grpc.call(pathOf(method), bytes, ask, (reply) => read(fromBinary(output, reply)))
  }
  return {
    live: (ask) => call(inference.serverLive, {}, ask, ({ live }) => live),
    ready: (ask) => call(inference.serverReady, {}, ask, ({ ready }) => ready),
    modelReady: (target, ask) => call(inference.modelReady, nameOf(target), ask, ({ ready }) => ready),
    serverMetadata: (ask) =>
      call(inference.serverMetadata, {}, ask, ({ name, version, extensions }) => ({
        name,
        version,
        extensions,
      })),
    modelMetadata: (target, ask) =>
      call(inference.modelMetadata, nameOf(target), ask, ({ name, versions, platform, inputs, outputs }) => ({
        name,
        versions,
        platform,
        inputs: inputs.map(tensorFields),
        outputs: outputs.map(tensorFields),
      })),
    infer: (options, ask) =>
      grpc.call(pathOf(inference.modelInfer), writeInference(options), ask, readAnswer),
    config: (target, ask) =>
      call(inference.modelConfig, nameOf(target), ask, ({ config }) => config ?? create(ModelConfigSchema)),
    statistics: (target, ask) =>
      call(inference.modelStatistics, nameOf(target), ask, ({ modelStats }) => modelStats),
    ...repositoryCalls(call),
    ...sessionCalls(call, grpc),
    inferStream: (requests, ask) =>
      readEach(grpc.stream(pathOf(inference.modelStreamInfer), writeEach(requests), ask)),
    close: async () => grpc.close(),
  }
}

function repositoryCalls(call: Call): Pick<Transport, 'index' | 'load' | 'unload'> {
  return {
    index: (ready, ask) =>
      call(inference.repositoryIndex, { ready }, ask, ({ models }) =>
        models.map(({ name, version, state, reason }) => ({
          name,
          version: version === '' ? undefined : version,
          state: stateOf(state),
          reason,
        })),
      ),
    load: (modelName, options, ask) =>
      call(inference.repositoryModelLoad, { modelName, parameters: loadParameters(options) }, ask, () => {}),
    unload: (modelName, dependents, ask) => {
      const value = { parameterChoice: { case: 'boolParam', value: dependents } } as const
      const parameters = { unload_dependents: value }
      return call(inference.repositoryModelUnload, { modelName, parameters }, ask, () => {})
    },
  }
}

function sessionCalls(
  call: Call,
  grpc: GrpcCaller,
): Pick<Transport, 'openSession' | 'predict' | 'renewSession' | 'closeSession'> {
  return {
    openSession({ model, version = '', device = '', leaseMs = 0 }, ask) {
      const request = { modelId: model, version, device, leaseMs: BigInt(leaseMs) }
      return call(session.loadModel, request, ask, (reply) => infoOf(reply.session))
    },
    predict: (handle, options, ask) =>
      grpc.call(pathOf(session.predict), writePrediction(handle, options), ask, readAnswer),
    renewSession: (handle, leaseMs = 0, ask) =>
      call(session.renewSession, { handle, leaseMs: BigInt(leaseMs) }, ask, (reply) => infoOf(reply.session)),
    closeSession: (handle, ask) => call(session.closeSession, { handle }, ask, () => {}),
  }
}

const pathOf = ({ parent, name }: Pick<DescMethod, 'parent' | 'name'>): string =>
  `/${parent.typeName}/${name}`

const nameOf = ({ model = '', version = '' }: Partial<Target>) => ({ name: model, version })

const tensorFields = ({ name, datatype, shape }: ModelMetadataResponse_TensorMetadata): TensorMetadata => ({
  name,
  datatype,
  shape: shape.map(Number),
})

function infoOf(given: Session | undefined): SessionInfo {
  if (!given) throw new TypeError('the answer has no session')
  const { handle, modelId, version, device, expiresAtMs, sizeBytes, inputs, outputs } = given
  return {
    handle,
    model: modelId,
    version,
    device,
    expiresAtMs: Number(expiresAtMs),
    sizeBytes: Number(sizeBytes),
    inputs: inputs.map(tensorFields),
    outputs: outputs.map(tensorFields),
  }
}

function loadParameters({ config, files = {} }: LoadOptions) {
  const parameters: MessageInitShape<typeof inference.repositoryModelLoad.input>['parameters'] = {}
  if (config !== undefined) parameters['config'] = { parameterChoice: { case: 'stringParam', value: config } }
  for (const [name, value] of Object.entries(files)) {
    parameters[`file:${name}`] = { parameterChoice: { case: 'bytesParam', value } }
  }
  return parameters
}

async function* writeEach(requests: AsyncIterable<InferOptions>): AsyncIterable<Uint8Array> {
  for await (const request of requests) yield writeInference(request)
}

async function* readEach(replies: AsyncIterable<Uint8Array>): AsyncIterable<StreamAnswer> {
  for await (const reply of replies) yield readStreamAnswer(reply)
}
