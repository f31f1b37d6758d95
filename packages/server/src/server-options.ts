/** What a server is made of. */
import type { ModelLock } from '@slipway/core/verify'
import type { FastifyInstance } from 'fastify'
import type { Logger } from 'pino'
import type { ModelRates } from './contract/served-version.ts'
import type { Services } from './contract/services.ts'
import type { LogSettings, TraceSettings } from './contract/settings.ts'
import type { GrpcOptions } from './grpc/grpc-server.ts'
import type { Route } from './http/route.ts'
import type { TlsOptions } from './http/tls.ts'
import type { PolicyOptions } from './policy/open-policy.ts'
import type { ControlMode, ExecutionDefaults } from './repository/repository-options.ts'
import type { SessionsOptions } from './repository/sessions.ts'
import type { BreakerOptions } from './router/breaker.ts'
import type { ModelSource } from './source/source.ts'

export interface ServerOptions {
  /** A folder laid out as `<model>/<version>/model.onnx`, one model, an address `s3://…`, or a source. */
  readonly repository: string | ModelSource
  /** Models that may be served, by their paths in the repository; everything that is not what it says is refused. */
  readonly lock?: ModelLock
  /** How long files must not have changed before they are taken for complete; 2000 unless given. */
  readonly settleMs?: number
  /** The name of the model, where the folder holds one model only. */
  readonly modelName?: string
  /** When models are loaded; `none` unless given: all, once, at the start. */
  readonly control?: ControlMode
  /** Names that are loaded at the start where the control is `explicit`; `*` stands for all. */
  readonly loadModels?: readonly string[]
  /** Time between two looks where the control is `poll`; 15 000 unless given. */
  readonly pollMs?: number
  /** Which versions of each model are loaded where its configuration does not say; `all` unless given. */
  readonly versions?: 'latest' | 'all'
  /** False: ready once the first load is over, whatever failed. True unless given. */
  readonly strictReadiness?: boolean
  /**
   * `max_batch_size` of models whose configuration has none, and whose inputs and outputs all have an open first size;
   * 0, which leaves that size to requests, unless given.
   */
  readonly defaultMaxBatchSize?: number
  /** Where and how models run unless their configuration says otherwise. */
  readonly execution?: ExecutionDefaults
  /** Where rollouts, keys, leases and the audit log are kept: a SQLite file or `postgres://…`; in memory unless given. */
  readonly state?: string
  /** Who may do what; everybody everything unless given. */
  readonly auth?: Omit<PolicyOptions, 'store' | 'required'>
  /** Certificates for both protocols. */
  readonly tls?: TlsOptions
  /** Settings of gRPC. */
  readonly grpc?: Omit<GrpcOptions, 'tls'>
  readonly limits?: ServerLimits
  readonly observability?: Observability
  readonly sessions?: Omit<SessionsOptions, 'models' | 'store'>
  /** When a version that keeps falling back gets no more traffic, and when it may try again. */
  readonly breakers?: Omit<BreakerOptions, 'observe'>
  /** True: a load call may bring the files of a model. */
  readonly allowFileOverrides?: boolean
  /** Files to serve from `/` on, such as a page; the status page then is at `/status` only. */
  readonly staticFolder?: string
  /** Further routes. */
  readonly routes?: readonly Route[]
  /** Adds to the web framework what routes cannot express. Called before the server is ready. */
  readonly extend?: (app: FastifyInstance, services: Services) => void | Promise<void>
  /** How long a server that closes is not ready but still answers, so that load balancers notice; 0 unless given. */
  readonly drainDelayMs?: number
  /** How long `close` then waits for requests under way before it stops them; 30 000 unless given. */
  readonly drainTimeoutMs?: number
}

export interface ServerLimits {
  /** Most bytes of a request's body or message, before and after decompression; 64 MiB unless given. */
  readonly bodyBytes?: number
  /** Longest that a client may take to send a request; 300 000 unless given. */
  readonly requestMs?: number
  /** Most queued requests of a model whose configuration sets no bound; 10 000 unless given. */
  readonly queueSize?: number
  /** Rates of models whose configuration has none. */
  readonly rates?: ModelRates
  /** Bytes of the response cache; 64 MiB unless given, 0 for none. Only models that ask for it use it. */
  readonly cacheBytes?: number
  /** Most bytes of all models together. */
  readonly modelBytes?: number
  /** Copies for shadows under way at one time; 4 unless given. */
  readonly shadows?: number
}

export interface Observability {
  /** `triton` adds the metrics that boards for Triton use. */
  readonly metricsCompat?: 'triton'
  /** Where traces and metrics are sent by OTLP over HTTP, such as `http://collector:4318`. */
  readonly otlpEndpoint?: string
  readonly trace?: Partial<TraceSettings>
  readonly log?: Partial<LogSettings>
  /** Takes structured lines; silent unless given. */
  readonly logger?: Logger
}

export interface ListenOptions {
  /** 0: any free port. */
  readonly port: number
  /** 127.0.0.1 unless given. */
  readonly host?: string
  /** A port for gRPC, or `shared`: both protocols on the first port. No gRPC unless given. */
  readonly grpcPort?: number | 'shared'
  /** A port for `/metrics` alone. */
  readonly metricsPort?: number
}
