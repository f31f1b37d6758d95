/** The model server: a repository of models behind HTTP. */
import { readFileSync } from 'node:fs'
import { type SessionOptions, SlipwayError } from '@slipway/core'
import { type FastifyInstance, type FastifyReply, type FastifyServerOptions, fastify } from 'fastify'
import { attachRoutes } from './http/attach-routes.ts'
import { type Calls, countCalls } from './http/calls.ts'
import { errorReply } from './http/error-reply.ts'
import type { Route, Services } from './http/route.ts'
import { staticRoutes } from './http/static-files.ts'
import { inferWith } from './pipeline/infer.ts'
import { type ModelRepository, type ModelStatus, openRepository } from './repository/model-repository.ts'
import { restRoutes } from './rest/routes.ts'

export interface ServerOptions {
  /** A folder laid out as `<model>/<version>/model.onnx`. */
  readonly repository: string
  /** Which versions of each model are loaded; `all` unless given. Requests that name none get the highest. */
  readonly versions?: 'latest' | 'all'
  /** How models are opened: engine, workers per model, limits. */
  readonly session?: SessionOptions
  /** Most bytes of a request's body, before and after decompression; 64 MiB unless given. */
  readonly bodyLimitBytes?: number
  /** Files to serve from `/` on, such as a page. */
  readonly staticFolder?: string
  /** Further routes. */
  readonly routes?: readonly Route[]
  /** Adds to the web framework what routes cannot express. Called before the server is ready. */
  readonly extend?: (app: FastifyInstance, services: Services) => void | Promise<void>
  /** How long `close` waits for requests under way before it stops them; 30 000 unless given. */
  readonly drainTimeoutMs?: number
  /** Passed to the web framework; silent unless given. */
  readonly logger?: FastifyServerOptions['logger']
}

export interface ListenOptions {
  /** 0: any free port. */
  readonly port: number
  /** 127.0.0.1 unless given. */
  readonly host?: string
}

export interface Server extends AsyncDisposable {
  readonly app: FastifyInstance
  readonly models: ModelRepository
  /** Resolves, never rejects, once each model is loaded or has failed to; the server answers before. */
  readonly loaded: Promise<readonly ModelStatus[]>
  /** Where it listens, such as `http://127.0.0.1:8080`; undefined before `listen`. */
  readonly url: string | undefined
  listen(options: ListenOptions): Promise<string>
  /** Stops accepting, lets requests under way finish, and closes the models. May be called twice. */
  close(): Promise<void>
}

const defaultBodyLimitBytes = 64 * 2 ** 20
const defaultDrainTimeoutMs = 30_000
/** Longer than load balancers keep idle connections, so that none of them sends into a closed one. */
const keepAliveMs = 75_000
/** As long as Node itself waits for a whole request by default. */
const requestTimeoutMs = 300_000

/**
 * Opens a repository and sets up the server. Models load in the background: `/v2/health/ready` says when all are there.
 *
 * @example
 * const server = await createServer({ repository: './models' })
 * await server.listen({ port: 8080 })
 * process.once('SIGTERM', () => server.close())
 *
 * @throws SLP-R8 where the repository cannot be read.
 */
export async function createServer(options: ServerOptions): Promise<Server> {
  const {
    repository,
    versions = 'all',
    session = {},
    logger = false,
    routes = [],
    extend,
    staticFolder,
  } = options
  const app = newApp(logger)
  const onLoadError = ({ name, version }: ModelStatus, error: unknown) =>
    app.log.error({ model: name, version, err: error }, 'model could not be loaded')
  const models = await openRepository({ root: repository, versions, session, onLoadError })
  const calls = countCalls()
  let closing: Promise<void> | undefined
  let url: string | undefined
  const services: Services = {
    models,
    infer: inferWith(models),
    about: { name: 'slipway', version: ownVersion() },
    get stopping() {
      return closing !== undefined
    },
  }
  const all = [
    ...restRoutes,
    ...routes,
    ...(staticFolder === undefined ? [] : await staticRoutes(staticFolder)),
  ]
  attachRoutes(app, all, { services, calls, bodyLimitBytes: options.bodyLimitBytes ?? defaultBodyLimitBytes })
  await extend?.(app, services)

  const close = () => {
    closing ??= shutDown(app, calls, models, options.drainTimeoutMs ?? defaultDrainTimeoutMs)
    return closing
  }
  return {
    app,
    models,
    loaded: models.loaded,
    get url() {
      return url
    },
    async listen({ port, host = '127.0.0.1' }) {
      url = await app.listen({ port, host })
      return url
    },
    close,
    [Symbol.asyncDispose]: close,
  }
}

function newApp(logger: FastifyServerOptions['logger']): FastifyInstance {
  const app = fastify({
    logger: logger ?? false,
    keepAliveTimeout: keepAliveMs,
    requestTimeout: requestTimeoutMs,
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: 1000 },
    frameworkErrors: (error, _request, reply) => {
      const { status, headers, body } = errorReply(error, (cause) => app.log.error(cause))
      return (reply as FastifyReply).code(status).headers(headers).send(body) // its type is generic over all routes
    },
  })
  app.server.headersTimeout = keepAliveMs + 1000
  return app
}

async function shutDown(
  app: FastifyInstance,
  calls: Calls,
  models: ModelRepository,
  timeoutMs: number,
): Promise<void> {
  const stop = () =>
    calls.abortAll(new SlipwayError('SLP-R7', 'Cannot finish run: the server must be up, got it stopping'))
  const timer = setTimeout(stop, timeoutMs)
  try {
    await Promise.all([app.close(), calls.drained()])
  } finally {
    clearTimeout(timer)
    await models.close()
  }
}

function ownVersion(): string {
  const manifest: unknown = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))
  return (manifest as { version: string }).version // this package's own manifest
}
