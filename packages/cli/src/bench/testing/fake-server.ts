/** A model server of a few lines, over REST and over gRPC with another implementation than the load generator's. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import {
  type GrpcObject,
  loadPackageDefinition,
  Server,
  ServerCredentials,
  type ServiceClientConstructor,
} from '@grpc/grpc-js'
import { loadSync } from '@grpc/proto-loader'

export interface Answer {
  readonly afterMs?: number
  /** An HTTP status, or a gRPC code where it is below 100. */
  readonly failure?: number
}

export interface Behaviour {
  /** What happens to infer request number `index`. */
  readonly answer: (index: number) => Answer
  readonly models?: readonly string[]
  readonly metrics?: string
}

export interface Infer {
  readonly path: string
  /** The JSON of the request, or the message. */
  readonly request: unknown
  readonly blobs: readonly Uint8Array[]
  readonly header: string | undefined
}

export interface FakeServer extends AsyncDisposable {
  readonly url: string
  /** Every infer request. */
  readonly seen: readonly Infer[]
}

const inputs = [
  { name: 'image', datatype: 'FP32', shape: [-1, 3] },
  { name: 'mask', datatype: 'INT64', shape: [2] },
]

export async function fakeRest(behaviour: Behaviour, port = 0): Promise<FakeServer> {
  const seen: Infer[] = []
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    answerRest(behaviour, seen, request, Buffer.concat(chunks), response)
  })
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  const address = server.address() as AddressInfo // of a TCP server
  return {
    url: `http://127.0.0.1:${address.port}`,
    seen,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

function answerRest(
  { answer, models = ['fake'], metrics }: Behaviour,
  seen: Infer[],
  request: IncomingMessage,
  body: Buffer,
  response: ServerResponse,
): void {
  const path = request.url ?? ''
  const json = (value: unknown) => response.end(JSON.stringify(value))
  if (path.startsWith('/v2/health/')) json({})
  else if (path === '/v2/repository/index') json(models.map((name) => ({ name, state: 'READY' })))
  else if (path === '/metrics' && metrics !== undefined) response.end(metrics)
  else if (path.endsWith('/infer')) {
    const { afterMs = 0, failure } = answer(seen.length)
    seen.push(readInfer(request, body))
    setTimeout(() => {
      response.statusCode = failure ?? 200
      json(failure === undefined ? { outputs: [] } : { error: `failed with ${failure}` })
    }, afterMs)
  } else if (path.startsWith('/v2/models/fake')) json({ name: 'fake', inputs, outputs: [] })
  else {
    response.statusCode = 404
    json({ error: `nothing at ${path}` })
  }
}

function readInfer({ headers, url = '' }: IncomingMessage, body: Buffer): Infer {
  const length = Number(headers['inference-header-content-length'])
  const request = JSON.parse(body.subarray(0, length).toString())
  let at = length
  const blobs = request.inputs.map((input: { parameters: { binary_data_size: number } }) => {
    const end = at + input.parameters.binary_data_size
    const blob = body.subarray(at, end)
    at = end
    return blob
  })
  return { path: url, request, blobs, header: headers['x-test']?.toString() }
}

const proto = fileURLToPath(new URL('../../../../server/src/proto/grpc_service.proto', import.meta.url))

interface InferMessage {
  readonly raw_input_contents: readonly Uint8Array[]
}

export async function fakeGrpc({ answer, models = ['fake'] }: Behaviour, port = 0): Promise<FakeServer> {
  const seen: Infer[] = []
  const loaded = loadPackageDefinition(loadSync(proto, { keepCase: true, longs: Number }))
  const names = loaded['inference'] as GrpcObject // a package of the file
  const { service } = names['GRPCInferenceService'] as ServiceClientConstructor // a service of the package
  const server = new Server()
  server.addService(service, {
    ServerLive: (_call: unknown, reply: Reply) => reply(null, { live: true }),
    ServerReady: (_call: unknown, reply: Reply) => reply(null, { ready: true }),
    RepositoryIndex: (_call: unknown, reply: Reply) =>
      reply(null, { models: models.map((name) => ({ name, version: '1', state: 'READY' })) }),
    ModelMetadata: (_call: unknown, reply: Reply) =>
      reply(null, { name: 'fake', versions: ['1'], platform: 'test', inputs, outputs: [] }),
    ModelInfer(call: { request: InferMessage; metadata: { get(name: string): unknown[] } }, reply: Reply) {
      const { afterMs = 0, failure } = answer(seen.length)
      const { request, metadata } = call
      const header = metadata.get('x-test')[0]?.toString()
      seen.push({ path: 'ModelInfer', request, blobs: request.raw_input_contents, header })
      setTimeout(() => {
        if (failure === undefined) reply(null, { model_name: 'fake' })
        else reply({ code: failure, details: `failed with ${failure}, é` })
      }, afterMs)
    },
  })
  const bound = await new Promise<number>((resolve, reject) =>
    server.bindAsync(`127.0.0.1:${port}`, ServerCredentials.createInsecure(), (error, number) =>
      error ? reject(error) : resolve(number),
    ),
  )
  return {
    url: `grpc://127.0.0.1:${bound}`,
    seen,
    [Symbol.asyncDispose]: async () => server.forceShutdown(),
  }
}

type Reply = (error: { code: number; details: string } | null, message?: unknown) => void
