import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import { describe, expect, it } from 'vitest'
import { createClient } from './client.ts'

interface Asked {
  readonly line: string
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

interface Canned {
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}

/** Answers requests with what a test has ready, in order; the last answer goes on for ever. */
async function canned(...answers: Canned[]) {
  const asked: Asked[] = []
  const server: Server = createServer(async (request, reply) => {
    let body = ''
    for await (const chunk of request) body += chunk
    asked.push({ line: `${request.method} ${request.url}`, headers: request.headers, body })
    const {
      status = 200,
      headers = {},
      body: text = '',
    } = answers[Math.min(asked.length, answers.length) - 1]!
    reply.writeHead(status, headers).end(text)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' && address ? address.port : 0
  return {
    url: `http://127.0.0.1:${port}`,
    asked,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
    },
  }
}

const json = (value: unknown): Canned => ({ body: JSON.stringify(value) })
const inputs = { x: { data: Float32Array.of(1), shape: [1] } }
const retry = { firstDelayMs: 1 }

describe('a client over REST', () => {
  it('reads configuration, statistics and index', async () => {
    const duration = { count: 2, ns: 9_007_199_254_740_991 }
    await using server = await canned(
      json({ name: 'm', max_batch_size: 8, dynamic_batching: { preferred_batch_size: [4] }, unknown: 1 }),
      json({
        model_stats: [{ name: 'm', version: '1', inference_count: 5, inference_stats: { queue: duration } }],
      }),
      json([
        { name: 'm', version: '1', state: 'READY', reason: '' },
        { name: 'n', state: 'ODD', reason: 'r' },
      ]),
    )
    await using client = createClient({ url: server.url })
    const config = await client.modelConfig('m', '1')
    expect(config).toMatchObject({
      maxBatchSize: 8,
      schedulingChoice: { value: { preferredBatchSize: [4] } },
    })
    const [statistics] = await client.statistics('m')
    expect(statistics).toMatchObject({ inferenceCount: 5n, inferenceStats: { queue: { count: 2n } } })
    expect(await client.repository.index({ ready: true })).toEqual([
      { name: 'm', version: '1', state: 'READY', reason: '' },
      { name: 'n', version: undefined, state: 'UNKNOWN', reason: 'r' },
    ])
    expect(server.asked.map(({ line }) => line)).toEqual([
      'GET /v2/models/m/versions/1/config',
      'GET /v2/models/m/stats',
      'POST /v2/repository/index',
    ])
    expect(server.asked[2]!.body).toBe('{"ready":true}')
  })

  it('loads and unloads, with files as base64', async () => {
    await using server = await canned({})
    await using client = createClient({ url: `${server.url}/behind/a/proxy/`, token: 't', apiKey: 'k' })
    await client.repository.load('m', { config: '{}', files: { '1/model.onnx': Uint8Array.of(1, 2) } })
    await client.repository.unload('m', { dependents: true })
    expect(server.asked.map(({ line }) => line)).toEqual([
      'POST /behind/a/proxy/v2/repository/models/m/load',
      'POST /behind/a/proxy/v2/repository/models/m/unload',
    ])
    expect(server.asked.map(({ body }) => JSON.parse(body))).toEqual([
      { parameters: { config: '{}', 'file:1/model.onnx': 'AQI=' } },
      { parameters: { unload_dependents: true } },
    ])
    expect(server.asked[0]!.headers).toMatchObject({ authorization: 'Bearer t', 'x-api-key': 'k' })
  })

  it('writes parameters with every bit', async () => {
    await using server = await canned(json({ model_name: 'm', outputs: [] }))
    await using client = createClient({ url: server.url })
    const parameters = { big: 2n ** 60n, not: Number.NaN, zero: -0, text: '"' }
    await client.infer({ model: 'm', inputs, parameters, outputs: ['y'], classification: { y: 2 } })
    const { body, headers } = server.asked[0]!
    const length = Number(headers['inference-header-content-length'])
    expect(body.slice(0, length)).toBe(
      '{"parameters":{"big":1152921504606846976,"not":NaN,"zero":-0,"text":"\\"","binary_data_output":true},' +
        '"inputs":[{"name":"x","datatype":"FP32","shape":[1],"parameters":{"binary_data_size":4}}],' +
        '"outputs":[{"name":"y","parameters":{"binary_data":true,"classification":2}}]}',
    )
  })

  it('tries again what was not done, when the server says so', async () => {
    const full = { status: 503, body: '{"error":"[SLP-R11] Cannot queue"}' }
    const limited = { status: 429, headers: { 'retry-after': '0' }, body: 'slow down' }
    await using server = await canned(full, limited, json({ model_name: 'm', outputs: [] }))
    await using client = createClient({ url: server.url, retry })
    expect((await client.infer({ model: 'm', inputs })).model).toBe('m')
    expect(server.asked).toHaveLength(3)
  })

  it.each<[number, string, string]>([
    [503, '<html>no upstream</html>', 'SLP-R3'],
    [500, '{"error":"Internal Server Error"}', 'SLP-N2'],
    [401, '', 'SLP-R13'],
    [404, '{"error":"Not Found"}', 'SLP-R1'],
  ])('does not try again on %i with %s', async (status, body, code) => {
    await using server = await canned({ status, body })
    await using client = createClient({ url: server.url, retry })
    await expect(client.infer({ model: 'm', inputs })).rejects.toMatchObject({ code })
    expect(server.asked).toHaveLength(1)
  })

  it('knows health that is not there by its status', async () => {
    await using server = await canned({ status: 503, body: '{"ready":false}' })
    await using client = createClient({ url: server.url })
    expect(await client.serverReady()).toBe(false)
    expect(await client.modelReady('m')).toBe(false)
  })

  it.each([
    '',
    'no JSON',
    '[]',
    '{"model_name":5}',
    '{"model_name":"m","outputs":[{"name":"y","datatype":"FP32","shape":[2],"data":[1]}]}',
  ])('does not understand %s', async (body) => {
    await using server = await canned({ body })
    await using client = createClient({ url: server.url })
    await expect(client.infer({ model: 'm', inputs })).rejects.toMatchObject({ code: 'SLP-N2' })
  })

  it('gives up at its deadline', async () => {
    const silent = createServer(() => {}).listen(0, '127.0.0.1')
    await once(silent, 'listening')
    const address = silent.address()
    const url = `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`
    await using client = createClient({ url, deadlineMs: 50 })
    await expect(client.infer({ model: 'm', inputs })).rejects.toMatchObject({ code: 'SLP-R20' })
    silent.closeAllConnections()
    silent.close()
  })
})
