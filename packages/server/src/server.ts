/** The model server: a repository of models behind REST and gRPC. */
import { setTimeout as wait } from 'node:timers/promises'
import { SlipwayError } from '@slipway/core'
import { type FastifyInstance, type FastifyReply, fastify } from 'fastify'
import { type CloseStack, closeStack } from './close-stack.ts'
import type { ModelStatus, Models } from './contract/models.ts'
import type { Services } from './contract/services.ts'
import { createGrpcServer, type GrpcServer } from './grpc/grpc-server.ts'
import { onePortProtocols, sharePort } from './grpc/one-port.ts'
import { attachRoutes } from './http/attach-routes.ts'
import { type Calls, countCalls } from './http/calls.ts'
import { errorReply } from './http/error-reply.ts'
import type { Route } from './http/route.ts'
import { staticRoutes } from './http/static-files.ts'
import { tlsServerOptions } from './http/tls.ts'
import { tellUnforeseen } from './http/unforeseen.ts'
import { type OpenServices, openServices } from './open-services.ts'
import { eventsRoute } from './page/events.ts'
import { documentationRoutes } from './page/open-api.ts'
import { statusRoute } from './page/status.ts'
import { statusPage } from './page/status-page.ts'
import { metrics } from './rest/metrics.ts'
import { restRoutes } from './rest/routes.ts'
import type { ListenOptions, ServerOptions } from './server-options.ts'

export interface Server extends AsyncDisposable {
  readonly app: FastifyInstance
  readonly services: Services
  readonly models: Models
  /** Resolves, never rejects, once each model is loaded or has failed to; the server answers before. */
  readonly loaded: Promise<readonly ModelStatus[]>
  /** Where it listens, such as `http://127.0.0.1:8080`; undefined before `listen`. */
  readonly url: string | undefined
  /** The port of gRPC, where there is one. */
  readonly grpcPort: number | undefined
  listen(options: ListenOptions): Promise<string>
  /** Becomes not ready, waits for load balancers to notice, lets requests under way finish, and closes the models. */
  close(): Promise<void>
}

const defaultBodyBytes = 64 * 2 ** 20
const defaultDrainTimeoutMs = 30_000
/** Longer than load balancers keep idle connections, so that none of them sends into a closed one. */
const keepAliveMs = 75_000
/** As long as Node itself waits for a whole request by default, and how often it looks for those that take longer. */
const defaultRequestMs = 300_000
const requestChecksMs = 30_000
/** Time for the answers to calls that were stopped, before their connections end. */
const farewellMs = 100

/**
 * Opens a repository and sets up the server. Models load in the background: `/v2/health/ready` says when all are there.
 *
 * @example
 * const server = await createServer({ repository: './models' })
 * await server.listen({ port: 8080 })
 * process.once('SIGTERM', () => server.close())
 *
 * @throws SLP-R8 where the repository cannot be read, SLP-R17 where the state store cannot be reached, SLP-C2 where the
 * static folder cannot be read, SLP-R19 for two routes of one path, and what `extend` throws.
 */
export async function createServer(options: ServerOptions): Promise<Server> {
  const stack = closeStack()
  try {
    const open = stack.use(await openServices(options), (one) => one.close())
    const front = stack.use(newFront(options, open, stack), (one) => closeFront(one, options))
    attachRoutes(front.app, await routesOf(options, open), front.attach)
    await options.extend?.(front.app, open.services)
    return serverOf(options, open, front)
  } catch (error) {
    await stack.close()
    throw error
  }
}

function serverOf(options: ServerOptions, open: OpenServices, front: Front): Server {
  const { services, models } = open
  let closing: Promise<void> | undefined
  let url: string | undefined
  let grpcPort: number | undefined
  const close = () => {
    closing ??= shutDown(options, open, front)
    return closing
  }
  return {
    app: front.app,
    services,
    models,
    loaded: models.loaded,
    get url() {
      return url
    },
    get grpcPort() {
      return grpcPort
    },
    async listen(where) {
      const listening = await listen(where, options, front)
      grpcPort = listening.grpcPort
      url = listening.url
      return url
    },
    close,
    [Symbol.asyncDispose]: close,
  }
}

interface Front {
  readonly app: FastifyInstance
  readonly grpc: GrpcServer
  readonly calls: Calls
  readonly attach: { readonly services: Services; readonly calls: Calls; readonly bodyLimitBytes: number }
  /** Servers for some routes only, with ports of their own. */
  readonly sides: FastifyInstance[]
  /** Everything that is open, the front itself included. */
  readonly stack: CloseStack
}

function newFront(options: ServerOptions, { services }: OpenServices, stack: CloseStack): Front {
  const { limits, tls, grpc } = options
  const bodyLimitBytes = limits?.bodyBytes ?? defaultBodyBytes
  const calls = countCalls()
  return {
    app: newApp(services, options),
    grpc: createGrpcServer(services, { maxMessageBytes: bodyLimitBytes, ...grpc, ...(tls && { tls }) }),
    calls,
    attach: { services, calls, bodyLimitBytes },
    sides: [],
    stack,
  }
}

function newApp({ observe }: Services, { tls, limits = {} }: ServerOptions): FastifyInstance {
  const { requestMs = defaultRequestMs } = limits
  const checks = { connectionsCheckingInterval: Math.min(requestChecksMs, requestMs) }
  const options = {
    logger: false,
    keepAliveTimeout: keepAliveMs,
    requestTimeout: requestMs,
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: 1000 },
    frameworkErrors: (error: Error, _request: unknown, reply: FastifyReply) => {
      const { status, headers, body } = errorReply(error, (unforeseen) =>
        tellUnforeseen(observe, 'reading a request', unforeseen),
      )
      return reply.code(status).headers(headers).send(body)
    },
  }
  const app = tls
    ? fastify({ ...options, https: { ...checks, ...tlsServerOptions(tls, onePortProtocols) } })
    : fastify({ ...options, http: checks })
  app.server.headersTimeout = Math.min(keepAliveMs + 1000, requestMs)
  return app as FastifyInstance // the same routes over either kind of connection
}

async function routesOf(options: ServerOptions, open: OpenServices): Promise<readonly Route[]> {
  const { routes = [], staticFolder } = options
  const { rates, recent, eventLoopLagMs } = open.observers
  const sources = { rates: rates.read, startedAtMs: Date.now(), eventLoopLagMs }
  const own = [...restRoutes, statusRoute(sources), eventsRoute(recent), ...routes]
  const documentation = documentationRoutes(open.services.about, own)
  const page = statusPage({ atRoot: staticFolder === undefined })
  const files = staticFolder === undefined ? [] : await staticRoutes(staticFolder)
  const all = [...own, ...documentation, ...page, ...files]
  assertApart(all)
  return all
}

function assertApart(routes: readonly Route[]): void {
  const taken = new Set<string>()
  for (const { method, paths } of routes) {
    for (const path of paths) {
      const name = `${method} ${path}`
      if (taken.has(name)) {
        const rule = 'each route and each file must have a path of its own'
        throw new SlipwayError('SLP-R19', `Cannot set up routes: ${rule}, got ${name} twice`)
      }
      taken.add(name)
    }
  }
}

async function listen(
  { port, host = '127.0.0.1', grpcPort, metricsPort }: ListenOptions,
  options: ServerOptions,
  { app, grpc, sides, stack, attach }: Front,
): Promise<{ readonly url: string; readonly grpcPort: number | undefined }> {
  if (grpcPort === 'shared') stack.use(sharePort(app.server, grpc.accept), (end) => end())
  const url = await app.listen({ port, host })
  if (metricsPort !== undefined) {
    const own = newApp(attach.services, options)
    sides.push(own)
    attachRoutes(own, [metrics], attach)
    await own.listen({ port: metricsPort, host })
  }
  if (grpcPort === undefined) return { url, grpcPort }
  const shared = Number(new URL(url).port)
  return { url, grpcPort: grpcPort === 'shared' ? shared : await grpc.listen({ port: grpcPort, host }) }
}

async function shutDown(
  { drainDelayMs = 0, drainTimeoutMs = defaultDrainTimeoutMs }: ServerOptions,
  open: OpenServices,
  { app, sides, calls, stack }: Front,
): Promise<void> {
  open.enter('draining')
  // Nobody can have been told of a server that listens nowhere.
  if (app.server.listening) await wait(drainDelayMs)
  open.enter('stopping')
  const timer = setTimeout(async () => {
    calls.abortAll(new SlipwayError('SLP-R7', 'Cannot finish run: the server must be up, got it stopping'))
    await calls.drained()
    await wait(farewellMs)
    // Those that have not sent a whole request, or do not take their answer.
    for (const { server } of [app, ...sides]) server.closeAllConnections()
  }, drainTimeoutMs)
  try {
    await stack.close()
  } finally {
    clearTimeout(timer)
  }
}

/** At the same time, since a port that is shared counts the connections of both protocols. */
async function closeFront(
  { app, sides, grpc, calls }: Front,
  { drainTimeoutMs = defaultDrainTimeoutMs }: ServerOptions,
): Promise<void> {
  const closed = [app, ...sides].map((one) => one.close())
  const ends = [...closed, grpc.close({ graceMs: drainTimeoutMs }), calls.drained()]
  for (const end of await Promise.allSettled(ends)) if (end.status === 'rejected') throw end.reason
}
