/** The client over REST. */
import { fromJson, type JsonValue } from '@bufbuild/protobuf'
import { headerLength } from '../oip/header-length.ts'
import { ModelStatisticsResponseSchema } from '../proto/grpc_service_pb.ts'
import { ModelConfigSchema } from '../proto/model_config_pb.ts'
import { modelStatuses, modelTensors, serverDescription, sessionOf } from './json-answers.ts'
import type { RestCaller, RestReply, RestRequest } from './rest-call.ts'
import { readAnswer, writeInference } from './rest-infer.ts'
import { modelPath } from './rest-paths.ts'
import type { Ask, Transport } from './transport.ts'
import type { LoadOptions } from './types.ts'

/** A server that is there but not ready says so with a status; 400 is Triton's. */
const notReady = [400, 503]
/** Models that nobody knows are not ready. */
const notReadyModel = [...notReady, 404]

export function restTransport(rest: RestCaller): Transport {
  const isOk = ({ status }: RestReply) => status === 200
  const post = (path: string, value: object, accepts: readonly number[] = []): RestRequest => ({
    method: 'POST',
    path,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(value),
    accepts,
  })
  return {
    live: (ask) => rest.call({ path: '/v2/health/live', accepts: notReady }, ask, isOk),
    ready: (ask) => rest.call({ path: '/v2/health/ready', accepts: notReady }, ask, isOk),
    modelReady: (target, ask) =>
      rest.call({ path: `${modelPath(target)}/ready`, accepts: notReadyModel }, ask, isOk),
    serverMetadata: (ask) => rest.call({ path: '/v2' }, ask, (reply) => serverDescription(jsonOf(reply))),
    modelMetadata: (target, ask) =>
      rest.call({ path: modelPath(target) }, ask, (reply) => modelTensors(jsonOf(reply))),
    infer: ({ model, version, ...options }, ask) =>
      inferAt(rest, `${modelPath({ model, version })}/infer`, options, ask),
    config: (target, ask) =>
      rest.call({ path: `${modelPath(target)}/config` }, ask, (reply) =>
        fromJson(ModelConfigSchema, jsonOf(reply), { ignoreUnknownFields: true }),
      ),
    statistics: ({ model, version }, ask) => {
      const path = model === undefined ? '/v2/models' : modelPath({ model, version })
      const schema = ModelStatisticsResponseSchema
      return rest.call({ path: `${path}/stats` }, ask, (reply) => {
        return fromJson(schema, jsonOf(reply), { ignoreUnknownFields: true }).modelStats
      })
    },
    index: (ready, ask) =>
      rest.call(post('/v2/repository/index', ready ? { ready } : {}), ask, (reply) =>
        modelStatuses(jsonOf(reply)),
      ),
    load: (model, options, ask) =>
      rest.call(post(`${repositoryPath(model)}/load`, { parameters: loadParameters(options) }), ask, nothing),
    unload: (model, dependents, ask) =>
      rest.call(
        post(`${repositoryPath(model)}/unload`, { parameters: { unload_dependents: dependents } }),
        ask,
        nothing,
      ),
    ...sessionCalls(rest, post),
    inferStream: undefined,
    close: rest.close,
  }
}

type Post = (path: string, value: object, accepts?: readonly number[]) => RestRequest
type SessionCalls = Pick<Transport, 'openSession' | 'predict' | 'renewSession' | 'closeSession'>

function sessionCalls(rest: RestCaller, post: Post): SessionCalls {
  const pathOfSession = (handle: string) => `/slipway/v1/sessions/${encodeURIComponent(handle)}`
  const read = (reply: RestReply) => sessionOf(jsonOf(reply))
  return {
    openSession: ({ model, version, device, leaseMs }, ask) =>
      rest.call(
        post('/slipway/v1/sessions', { model_id: model, version, device, lease_ms: leaseMs }),
        ask,
        read,
      ),
    predict: (handle, options, ask) => inferAt(rest, `${pathOfSession(handle)}/infer`, options, ask),
    renewSession: (handle, leaseMs, ask) =>
      rest.call(post(`${pathOfSession(handle)}/renew`, { lease_ms: leaseMs }), ask, read),
    closeSession: (handle, ask) => rest.call({ method: 'DELETE', path: pathOfSession(handle) }, ask, nothing),
  }
}

function inferAt(
  rest: RestCaller,
  path: string,
  options: Parameters<typeof writeInference>[0],
  ask: Ask,
): ReturnType<Transport['infer']> {
  return rest.call({ method: 'POST', path, ...writeInference(options) }, ask, ({ body, header }) => {
    const length = header(headerLength)
    return readAnswer(body, length === undefined ? undefined : Number(length))
  })
}

const nothing = (): void => {}

const jsonOf = ({ body }: RestReply): JsonValue => JSON.parse(body.toString())

const repositoryPath = (model: string): string => `/v2/repository/models/${encodeURIComponent(model)}`

function loadParameters({ config, files = {} }: LoadOptions): Record<string, string> {
  const encoded = Object.entries(files).map(([name, bytes]) => [
    `file:${name}`,
    Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64'),
  ])
  return { ...(config !== undefined && { config }), ...Object.fromEntries(encoded) }
}
