/** The servers of the benchmark in a process of their own: ours, a bare fastify echo and a bare grpc-js echo. */
import { Server as BareGrpc, ServerCredentials } from '@grpc/grpc-js'
import { fastify } from 'fastify'
import { createServer } from '../server.ts'
import { echoGraph, repositoryWith } from './fixture.ts'

export interface HostPorts {
  readonly rest: number
  readonly grpc: number
  readonly fastify: number
  readonly grpcJs: number
}

const same = (bytes: Buffer): Buffer => bytes

async function bareFastify(): Promise<number> {
  const app = fastify({ bodyLimit: 2 ** 26 })
  app.addContentTypeParser('application/octet-stream', { parseAs: 'buffer' }, (_request, body, done) =>
    done(null, body),
  )
  app.post('/echo', (request, reply) => reply.type('application/octet-stream').send(request.body))
  return Number(new URL(await app.listen({ port: 0, host: '127.0.0.1' })).port)
}

function bareGrpc(): Promise<number> {
  const server = new BareGrpc({ 'grpc.max_receive_message_length': -1 })
  const echo = (call: { request: Buffer }, callback: (e: null, v: Buffer) => void) =>
    callback(null, call.request)
  server.register('/inference.GRPCInferenceService/ModelInfer', echo, same, same, 'unary')
  return new Promise((resolve, reject) =>
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, port) =>
      error ? reject(error) : resolve(port),
    ),
  )
}

const fixture = repositoryWith({
  'small/1/model.onnx': echoGraph(['float32'], [1, 4]),
  'image/1/model.onnx': echoGraph(['float32'], [1, 3, 224, 224]),
})
const server = await createServer({
  settleMs: 0,
  repository: fixture.root,
  execution: { mode: 'inline', threads: 1 },
})
const url = await server.listen({ port: 0, grpcPort: 0 })
await server.loaded
const ports: HostPorts = {
  rest: Number(new URL(url).port),
  grpc: server.grpcPort!,
  fastify: await bareFastify(),
  grpcJs: await bareGrpc(),
}
process.send?.(ports)
// Any message asks for the processor time that this process has used, in microseconds.
process.on('message', () => {
  const { user, system } = process.cpuUsage()
  process.send?.(user + system)
})
process.on('disconnect', () => {
  fixture[Symbol.dispose]()
  process.exit()
})
