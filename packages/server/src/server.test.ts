import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { describe, expect, it } from 'vitest'
import { defineRoute, jsonReply } from './http/route.ts'
import { createServer, type Server } from './server.ts'
import type { ServerOptions } from './server-options.ts'
import { folderSource } from './source/folder-source.ts'
import type { ModelSource } from './source/source.ts'
import { type Fixture, pairGraph, repositoryWith, slowGraph } from './testing/fixture.ts'

async function withServer(
  options: Partial<ServerOptions>,
  use: (server: Server, url: string) => Promise<void>,
) {
  using fixture = repositoryWith({ 'pair/1/model.onnx': pairGraph('Add') })
  await serve(fixture, options, use)
}

async function withSlowServer(
  options: Partial<ServerOptions>,
  use: (server: Server, url: string) => Promise<void>,
) {
  using fixture = repositoryWith({ 'slow/1/model.onnx': slowGraph() })
  await serve(fixture, options, use)
}

async function serve(
  { root }: Fixture,
  options: Partial<ServerOptions>,
  use: (server: Server, url: string) => Promise<void>,
) {
  const server = await createServer({ settleMs: 0, repository: root, ...options })
  try {
    const url = await server.listen({ port: 0 })
    await server.loaded
    await use(server, url)
  } finally {
    await server.close()
  }
}

const pairBody = JSON.stringify({
  inputs: ['a', 'b'].map((name) => ({ name, datatype: 'FP32', shape: [1, 2], data: [1, 2] })),
})
const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

/** Elements with which the slow model runs for half a minute, and for many seconds on the fastest machine. */
const endless = 4_000_000
/** Long for such a run to be stopped, but for the load of the machine, and short beside the run itself. */
const stopMs = 4_000

/** A request for the slow model. */
function slowRequest(count: number) {
  const inputs = [
    { name: 'x', datatype: 'FP32', shape: [count], parameters: { binary_data_size: 4 * count } },
  ]
  const outputs = [{ name: 'sum399', parameters: { binary_data: true } }]
  const json = Buffer.from(JSON.stringify({ inputs, outputs }))
  return {
    method: 'POST',
    headers: { 'Inference-Header-Content-Length': String(json.length) },
    body: Buffer.concat([json, Buffer.from(new Float32Array(count).fill(1).buffer)]),
  }
}

describe('over a socket', () => {
  it('answers health and inference on one connection', () =>
    withServer({}, async (_, url) => {
      const ready = await fetch(`${url}/v2/health/ready`)
      expect([ready.status, await ready.json()]).toEqual([200, { ready: true }])
      const answer = await fetch(`${url}/v2/models/pair/infer`, { method: 'POST', body: pairBody })
      expect(await answer.json()).toMatchObject({ outputs: [{ data: [2, 4] }] })
    }))

  it('takes a POST without any content type, and a body in chunks', () =>
    withServer({}, async (_, url) => {
      const sent = request(`${url}/v2/models/pair/infer`, { method: 'POST' })
      sent.write(pairBody.slice(0, 10))
      sent.end(pairBody.slice(10))
      const [answer] = await once(sent, 'response')
      expect(answer.statusCode).toBe(200)
      answer.resume()
    }))

  it('refuses a large body before it has been sent', () =>
    withServer({ limits: { bodyBytes: 1000 } }, async (_, url) => {
      const sent = request(`${url}/v2/models/pair/infer`, {
        method: 'POST',
        headers: { 'content-length': 1e9 },
      })
      sent.flushHeaders()
      const [answer] = await once(sent, 'response')
      expect([answer.statusCode, answer.headers.connection]).toEqual([413, 'close'])
      sent.destroy()
    }))

  it('survives what is no HTTP', () =>
    withServer({}, async (_, url) => {
      const socket = connect(Number(new URL(url).port), '127.0.0.1')
      socket.end('\x00\x01 nonsense\r\n\r\n')
      await once(socket.resume(), 'close')
      expect((await fetch(`${url}/v2/health/live`)).status).toBe(200)
    }))

  it('stops the run of a client that goes away', () =>
    withSlowServer({}, async (server, url) => {
      const { executor } = server.models.find('slow')
      const abort = new AbortController()
      const answer = fetch(`${url}/v2/models/slow/infer`, { ...slowRequest(endless), signal: abort.signal })
      while (executor!.report().running === 0) await sleep(5)
      abort.abort()
      await expect(answer).rejects.toThrow()
      const goneMs = performance.now()
      while (executor!.report().running > 0) await sleep(5)
      expect(performance.now() - goneMs).toBeLessThan(stopMs)
      expect((await fetch(`${url}/v2/models/slow/infer`, slowRequest(4))).status).toBe(200)
    }))
})

describe('close', () => {
  it('is not ready any more, lets requests under way finish, and ends the workers', () =>
    withSlowServer({}, async (server, url) => {
      const { executor } = server.models.find('slow')
      const answer = fetch(`${url}/v2/models/slow/infer`, slowRequest(100_000))
      while (executor!.report().running === 0) await sleep(5)
      const closed = server.close()
      const ready = await server.app.inject('/v2/health/ready')
      expect(ready.statusCode).toBe(503)
      expect((await answer).status).toBe(200)
      await closed
      expect(executor!.report().running).toBe(0)
      await expect(fetch(`${url}/v2/health/live`)).rejects.toThrow()
    }))

  it('stops runs that take longer than the drain timeout', () =>
    withSlowServer({ drainTimeoutMs: 100 }, async (server, url) => {
      const { executor } = server.models.find('slow')
      const answer = fetch(`${url}/v2/models/slow/infer`, slowRequest(endless))
      while (executor!.report().running === 0) await sleep(5)
      const startMs = performance.now()
      await server.close()
      expect(performance.now() - startMs).toBeLessThan(stopMs)
      const { status, headers } = await answer
      expect([status, headers.get('connection')]).toEqual([503, 'close'])
    }))

  it.each([
    ['a head', 'POST /v2/models/pair/infer HTTP/1.1\r\nhost: x\r\n', ''],
    [
      'a body',
      'POST /v2/models/pair/infer HTTP/1.1\r\nhost: x\r\ncontent-length: 9\r\n\r\n{',
      'HTTP/1.1 503',
    ],
  ])('does not wait for those that send half of %s', (_, text, answer) =>
    withServer({ drainTimeoutMs: 100 }, async (server, url) => {
      const socket = connect(Number(new URL(url).port), '127.0.0.1')
      let got = ''
      socket.on('data', (chunk) => {
        got += chunk
      })
      const gone = once(socket, 'close')
      await new Promise<void>((resolve) => socket.write(text, () => resolve()))
      // Answered on another connection, so that the server has read the half.
      await fetch(`${url}/v2/health/live`)
      const startMs = performance.now()
      await server.close()
      expect(performance.now() - startMs).toBeLessThan(stopMs)
      await gone
      expect(got.slice(0, 12)).toBe(answer)
    }),
  )

  it('may come before models are loaded, and twice', async () => {
    using fixture = repositoryWith({
      'pair/1/model.onnx': pairGraph('Add'),
      'slow/1/model.onnx': slowGraph(),
    })
    const server = await createServer({ settleMs: 0, repository: fixture.root })
    await Promise.all([server.close(), server.close()])
    expect((await server.loaded).length).toBe(2)
  })
})

/** At a path that the server has itself. */
const liveAgain = defineRoute({
  method: 'GET',
  paths: ['/v2/health/live'],
  about: 'Is there already.',
  permission: undefined,
  errors: [],
  handle: () => jsonReply({}),
})

describe('createServer', () => {
  it('answers before its models are loaded', async () => {
    using fixture = repositoryWith({ 'pair/1/model.onnx': pairGraph('Add') })
    await using server = await createServer({ settleMs: 0, repository: fixture.root })
    expect((await server.app.inject('/v2/health/live')).statusCode).toBe(200)
    expect((await server.app.inject('/v2/health/ready')).statusCode).toBe(503)
    await server.loaded
    expect((await server.app.inject('/v2/health/ready')).statusCode).toBe(200)
  })

  it('takes further routes, and files for a page', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'slipway-static-'))
    mkdirSync(join(folder, 'assets'))
    writeFileSync(join(folder, 'index.html'), '<p>page</p>')
    writeFileSync(join(folder, 'assets/a b.js'), '1')
    const hello = defineRoute({
      method: 'GET',
      paths: ['/hello/:who'],
      about: 'Says hello.',
      permission: undefined,
      errors: [],
      handle: ({ params }) => jsonReply({ hello: params['who'] }),
    })
    const extend: ServerOptions['extend'] = (app, { about }) => void app.get('/extra', () => about.name)
    try {
      await withServer({ staticFolder: folder, routes: [hello], extend }, async (server) => {
        const get = async (url: string) => {
          const { statusCode, headers, payload } = await server.app.inject(url)
          return [statusCode, headers['content-type'], payload]
        }
        expect(await get('/')).toEqual([200, 'text/html; charset=utf-8', '<p>page</p>'])
        expect(await get('/assets/a%20b.js')).toEqual([200, 'text/javascript; charset=utf-8', '1'])
        expect(await get('/hello/you')).toEqual([200, 'application/json', '{"hello":"you"}'])
        expect((await get('/extra'))[2]).toBe('slipway')
        for (const path of ['/..%2fserver.ts', '/assets/../../x', '/assets', '/%2e%2e/x']) {
          expect((await get(path))[0], path).toBe(404)
        }
      })
    } finally {
      rmSync(folder, { recursive: true })
    }
  })

  it.each<[string, Partial<ServerOptions>, object]>([
    ['a folder that is not there', { staticFolder: '/nowhere' }, { code: 'SLP-C2' }],
    ['two routes of one path', { routes: [liveAgain] }, { code: 'SLP-R19' }],
    [
      'an extension that fails',
      { extend: () => Promise.reject(new Error('no extension')) },
      { message: 'no extension' },
    ],
  ])('closes what it has opened where it meets %s', async (_, options, error) => {
    using fixture = repositoryWith({ 'pair/1/model.onnx': pairGraph('Add') })
    let isClosed = false
    const source = await folderSource(fixture.root, { settleMs: 0 })
    const repository: ModelSource = {
      ...source,
      async [Symbol.asyncDispose]() {
        isClosed = true
        await source[Symbol.asyncDispose]()
      },
    }
    await expect(createServer({ repository, ...options })).rejects.toMatchObject(error)
    expect(isClosed).toBe(true)
  })

  it('alerts of an error that nobody foresaw, and sends no word of it', async () => {
    const broken = defineRoute({
      method: 'GET',
      paths: ['/broken'],
      about: 'Fails.',
      permission: undefined,
      errors: [],
      handle: () => {
        throw new TypeError('secret')
      },
    })
    const lines: string[] = []
    const logger = pino({}, { write: (line: string) => void lines.push(line) })
    await withServer({ routes: [broken], observability: { logger } }, async (server) => {
      const { statusCode, payload } = await server.app.inject('/broken')
      expect([statusCode, payload]).toEqual([500, '{"error":"Internal Server Error"}'])
      const { payload: events } = await server.app.inject('/slipway/v1/events')
      expect(events).toContain('GET /broken failed')
      expect(events).not.toContain('secret')
      const [alert] = lines.map((line) => JSON.parse(line)).filter(({ msg }) => msg === 'alert')
      expect(alert.err.stack).toContain('TypeError: secret')
    })
  })
})
