/** Puts routes on the web framework: bodies, disconnects, compression, errors, and verbs that a path does not have. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Services } from '../contract/services.ts'
import { callerOf } from './caller.ts'
import type { Calls } from './calls.ts'
import { chooseEncoding, compress } from './compress.ts'
import { connectionAborts } from './connection-abort.ts'
import { errorReply } from './error-reply.ts'
import { readBody } from './read-body.ts'
import { jsonReply, type Reply, type Route } from './route.ts'
import { tellUnforeseen } from './unforeseen.ts'

interface AttachOptions {
  readonly services: Services
  readonly calls: Calls
  /** Most bytes of a body, before and after decompression. */
  readonly bodyLimitBytes: number
}

const verbs = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const

export function attachRoutes(app: FastifyInstance, routes: readonly Route[], options: AttachOptions): void {
  const { services } = options
  // Bodies are read by the routes, whatever their content type says, if it says anything.
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', (_request, _payload, done) => done(null))
  app.setErrorHandler((error, request, reply) =>
    send(
      reply,
      request,
      errorReply(error, (unforeseen) => {
        const what = `${request.method} ${request.routeOptions.url ?? ''}`
        tellUnforeseen(services.observe, what, unforeseen)
      }),
      services,
    ),
  )
  app.setNotFoundHandler((request, reply) =>
    send(reply, request, jsonReply({ error: 'Not Found' }, 404), services),
  )
  const abortOf = connectionAborts()
  for (const route of routes) {
    for (const url of route.paths) {
      app.route({
        method: route.method,
        url,
        handler: (request, reply) => handle(route, request, reply, options, abortOf),
      })
    }
  }
  for (const [url, allowed] of verbsByPath(routes)) {
    app.route({
      method: verbs.filter((verb) => !allowed.includes(verb)),
      url,
      handler: (request, reply) => {
        const refusal = jsonReply({ error: 'Method Not Allowed' }, 405)
        const headers = { ...refusal.headers, allow: allowed.join(', ') }
        return send(reply, request, { ...refusal, headers }, services)
      },
    })
  }
}

function verbsByPath(routes: readonly Route[]): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>()
  for (const { method, paths } of routes) {
    for (const url of paths)
      found.set(url, [...(found.get(url) ?? []), method, ...(method === 'GET' ? ['HEAD'] : [])])
  }
  return found
}

type AbortOf = ReturnType<typeof connectionAborts>

async function handle(
  route: Route,
  request: FastifyRequest,
  reply: FastifyReply,
  { services, calls, bodyLimitBytes }: AttachOptions,
  abortOf: AbortOf,
): Promise<void> {
  const running = calls.begin(abortOf(request.raw.socket))
  const { signal } = running.controller
  try {
    const params = request.params as Record<string, string | undefined> // the paths have named parts only
    const known = callerOf(request, services.policy, signal)
    const caller = known instanceof Promise ? await known : known
    if (route.permission) {
      const { group, access } = route.permission
      services.policy.authorize(caller.principal, group, access, params['model'])
    }
    const answer = await route.handle({
      params,
      query: request.url.includes('?') ? firstValues(request.query) : noValues,
      caller,
      services,
      body: () => readBody(request.raw, bodyLimitBytes, signal),
    })
    await send(reply, request, answer, services)
  } finally {
    calls.end(running)
  }
}

const noValues: Readonly<Record<string, string | undefined>> = Object.freeze(Object.create(null))

function firstValues(query: unknown): Readonly<Record<string, string | undefined>> {
  const entries = Object.entries(query ?? {}).map(([name, value]) => [name, String([value].flat()[0])])
  return Object.assign(Object.create(null), Object.fromEntries(entries))
}

/** Gives nothing back: whoever waits for a reply of the framework waits, at some cost, for the end of its stream. */
function send(
  reply: FastifyReply,
  request: FastifyRequest,
  { status, headers, body }: Reply,
  { draining }: Services,
): undefined | Promise<void> {
  const encoding = chooseEncoding(request.headers['accept-encoding'], body.length)
  reply.code(status).headers(headers).header('vary', 'accept-encoding')
  // A connection that is kept alive would keep the server from closing.
  if (draining) reply.header('connection', 'close')
  if (!encoding) {
    sendBytes(reply, body)
    return undefined
  }
  reply.header('content-encoding', encoding)
  return compress(body, encoding).then((bytes) => sendBytes(reply, bytes))
}

function sendBytes(reply: FastifyReply, bytes: Uint8Array): void {
  reply.send(Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength))
}
