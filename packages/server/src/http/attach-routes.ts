/** Puts routes on the web framework: bodies, disconnects, compression, errors, and verbs that a path does not have. */
import type { Readable } from 'node:stream'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Services } from '../contract/services.ts'
import { callerOf } from './caller.ts'
import type { Calls } from './calls.ts'
import { chooseEncoding, compress } from './compress.ts'
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
  // Bodies are read by the routes, whatever their content type says, if it says anything.
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', (_request, payload, done) => done(null, payload))
  app.setErrorHandler((error, request, reply) =>
    send(
      reply,
      request,
      errorReply(error, (unforeseen) => {
        const what = `${request.method} ${request.routeOptions.url ?? ''}`
        tellUnforeseen(options.services.observe, what, unforeseen)
      }),
    ),
  )
  app.setNotFoundHandler((request, reply) => send(reply, request, jsonReply({ error: 'Not Found' }, 404)))
  // A connection that is kept alive would keep the server from closing.
  app.addHook('onSend', (_request, reply, _payload, done) => {
    if (options.services.draining) reply.header('connection', 'close')
    done()
  })
  for (const route of routes) {
    for (const url of route.paths) {
      app.route({
        method: route.method,
        url,
        handler: (request, reply) => handle(route, request, reply, options),
      })
    }
  }
  for (const [url, allowed] of verbsByPath(routes)) {
    app.route({
      method: verbs.filter((verb) => !allowed.includes(verb)),
      url,
      handler: (request, reply) => {
        const refusal = jsonReply({ error: 'Method Not Allowed' }, 405)
        return send(reply, request, {
          ...refusal,
          headers: { ...refusal.headers, allow: allowed.join(', ') },
        })
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

async function handle(route: Route, request: FastifyRequest, reply: FastifyReply, options: AttachOptions) {
  const { services, calls, bodyLimitBytes } = options
  const { controller, end } = calls.begin()
  // `close` also comes after an answer has been sent in full.
  reply.raw.once(
    'close',
    () => reply.raw.writableFinished || controller.abort(new Error('the client went away')),
  )
  try {
    const params = request.params as Record<string, string | undefined> // the paths have named parts only
    const caller = await callerOf(request, services.policy, controller.signal)
    if (route.permission) {
      const { group, access } = route.permission
      services.policy.authorize(caller.principal, group, access, params['model'])
    }
    const answer = await route.handle({
      params,
      query: request.url.includes('?') ? firstValues(request.query) : noValues,
      caller,
      services,
      body: async () => {
        const stream = request.body as Readable | null | undefined // what the catch-all parser passes on
        return stream
          ? readBody(stream, request.headers, bodyLimitBytes, controller.signal)
          : new Uint8Array()
      },
    })
    return await send(reply, request, answer)
  } finally {
    end()
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
): undefined | Promise<void> {
  const encoding = chooseEncoding(request.headers['accept-encoding'], body.length)
  reply.code(status).headers(headers).header('vary', 'accept-encoding')
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
