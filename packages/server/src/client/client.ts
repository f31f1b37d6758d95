/** The client of a server, over REST or gRPC, with binary tensors, deadlines and retries. */
import { SlipwayError } from '@slipway/core'
import type { ModelStatus } from '../contract/models.ts'
import type { ModelStatistics } from '../proto/grpc_service_pb.ts'
import type { ModelConfig } from '../proto/model_config_pb.ts'
import { grpcCaller } from './grpc-call.ts'
import { grpcTransport } from './grpc-transport.ts'
import { restCaller } from './rest-call.ts'
import { restTransport } from './rest-transport.ts'
import { type Clock, type RetryOptions, systemClock, withRetries } from './retry.ts'
import { leaseOf, type Run, type Session } from './session.ts'
import type { Ask, Target, Transport } from './transport.ts'
import type {
  CallOptions,
  InferAnswer,
  InferOptions,
  LoadOptions,
  ModelMetadata,
  ServerMetadata,
  SessionOptions,
  StreamAnswer,
} from './types.ts'
import { type Place, placeOf, type TlsOptions } from './url.ts'

export interface ClientOptions {
  /** Such as `http://localhost:8000`, or `grpc://localhost:8001`; `https` and `grpcs` with TLS. */
  readonly url: string
  /** That of the URL's scheme unless given. */
  readonly protocol?: 'rest' | 'grpc'
  /** Sent as `authorization: Bearer`. */
  readonly token?: string
  /** Sent as `x-api-key`. */
  readonly apiKey?: string
  /** Sent with each call. */
  readonly headers?: Readonly<Record<string, string>>
  readonly tls?: TlsOptions
  readonly retry?: RetryOptions
  /** For each call with all its tries; none unless given. Streams have only their own. */
  readonly deadlineMs?: number
  /** Most connections over REST; 16 unless given. */
  readonly connections?: number
  readonly clock?: Clock
}

export interface Client extends AsyncDisposable {
  serverLive(options?: CallOptions): Promise<boolean>
  serverReady(options?: CallOptions): Promise<boolean>
  /** False also for a model that the server does not know. */
  modelReady(model: string, version?: string, options?: CallOptions): Promise<boolean>
  serverMetadata(options?: CallOptions): Promise<ServerMetadata>
  modelMetadata(model: string, version?: string, options?: CallOptions): Promise<ModelMetadata>
  infer(request: InferOptions, options?: CallOptions): Promise<InferAnswer>
  /** Answers in the order of the requests. Throws SLP-R9 over REST, and what ends the whole stream. */
  inferStream(
    requests: AsyncIterable<InferOptions> | Iterable<InferOptions>,
    options?: CallOptions,
  ): AsyncIterable<StreamAnswer>
  modelConfig(model: string, version?: string, options?: CallOptions): Promise<ModelConfig>
  /** Of all models unless one is named. */
  statistics(model?: string, version?: string, options?: CallOptions): Promise<readonly ModelStatistics[]>
  readonly repository: {
    index(filter?: { readonly ready?: boolean }, options?: CallOptions): Promise<readonly ModelStatus[]>
    load(model: string, overrides?: LoadOptions, options?: CallOptions): Promise<void>
    unload(model: string, how?: { readonly dependents?: boolean }, options?: CallOptions): Promise<void>
  }
  /** Takes a lease on a version, so that it stays loaded and the same. */
  loadModel(request: SessionOptions, options?: CallOptions): Promise<Session>
  close(): Promise<void>
}

const defaultConnections = 16

/**
 * Connects when it is first used. Errors are SlipwayErrors with the server's own code; SLP-N1 where it cannot be
 * reached, SLP-N2 where its answer cannot be read, SLP-R20 past the deadline.
 *
 * @example
 * const client = createClient({ url: 'grpc://localhost:8001', deadlineMs: 1000 })
 * const ask = (data) => client.infer({ model: 'm', inputs: { x: { data, shape: [1, data.length] } } })
 * await client.close()
 *
 * @throws SLP-R4 for a URL of another scheme.
 */
export function createClient(options: ClientOptions): Client {
  const transport = transportOf(placeOf(options.url), options)
  const run = runner(options)
  const { repository, ...rest } = controlCalls(transport, run)
  return {
    serverLive: (call) => run(transport.live, call),
    serverReady: (call) => run(transport.ready, call),
    modelReady: (model, version, call) => run((ask) => transport.modelReady({ model, version }, ask), call),
    infer: (request, call) => run((ask) => transport.infer(request, ask), call, false),
    inferStream: (requests, call = {}) => streamOf(transport, requests, call, options),
    ...rest,
    repository,
    async loadModel(request, call) {
      const info = await run((ask) => transport.openSession(request, ask), call, false)
      return leaseOf(info, transport, run)
    },
    close: transport.close,
    [Symbol.asyncDispose]: transport.close,
  }
}

function runner(options: ClientOptions): Run {
  const { retry = {}, clock = systemClock } = options
  return (call, { signal, deadlineMs = options.deadlineMs, headers } = {}, isSafe = true) => {
    const all = { ...headersOf(options), ...headers }
    const run = { signal, deadlineMs, isSafe }
    return withRetries((attempt) => call({ ...attempt, headers: all }), run, retry, clock)
  }
}

type ControlCalls = Pick<
  Client,
  'serverMetadata' | 'modelMetadata' | 'modelConfig' | 'statistics' | 'repository'
>

function controlCalls(transport: Transport, run: Run): ControlCalls {
  return {
    serverMetadata: (call) => run(transport.serverMetadata, call),
    modelMetadata: (model, version, call) =>
      run((ask) => transport.modelMetadata({ model, version }, ask), call),
    modelConfig: (model, version, call) => run((ask) => transport.config({ model, version }, ask), call),
    statistics: (model, version, call) =>
      run((ask) => transport.statistics(model === undefined ? {} : target(model, version), ask), call),
    repository: {
      index: ({ ready = false } = {}, call) => run((ask) => transport.index(ready, ask), call),
      load: (model, overrides = {}, call) => run((ask) => transport.load(model, overrides, ask), call, false),
      unload: (model, { dependents = false } = {}, call) =>
        run((ask) => transport.unload(model, dependents, ask), call, false),
    },
  }
}

const target = (model: string, version: string | undefined): Target => ({ model, version })

function transportOf(place: Place, options: ClientOptions): Transport {
  const { tls = {}, connections = defaultConnections } = options
  const protocol = options.protocol ?? (options.url.startsWith('grpc') ? 'grpc' : 'rest')
  if (protocol === 'grpc') return grpcTransport(grpcCaller(place, tls))
  return restTransport(restCaller(place.origin, place.prefix, tls, connections))
}

function headersOf({ token, apiKey, headers = {} }: ClientOptions): Record<string, string> {
  return {
    ...(token !== undefined && { authorization: `Bearer ${token}` }),
    ...(apiKey !== undefined && { 'x-api-key': apiKey }),
    ...headers,
  }
}

async function* streamOf(
  { inferStream }: Transport,
  requests: AsyncIterable<InferOptions> | Iterable<InferOptions>,
  { signal, deadlineMs, headers }: CallOptions,
  options: ClientOptions,
): AsyncIterable<StreamAnswer> {
  if (!inferStream) {
    throw new SlipwayError('SLP-R9', 'Cannot stream inferences: the protocol must be gRPC, got REST')
  }
  const ask: Ask = {
    signal: signal ?? new AbortController().signal,
    leftMs: deadlineMs,
    headers: { ...headersOf(options), ...headers },
  }
  yield* inferStream(oneByOne(requests), ask)
}

async function* oneByOne<T>(items: AsyncIterable<T> | Iterable<T>): AsyncIterable<T> {
  yield* items
}
