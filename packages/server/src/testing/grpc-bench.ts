/**
 * Requests per second of an identity model over gRPC beside a bare grpc-js echo of the same bytes: rounds of both
 * alternate in one process, and the best of each counts. Prints JSON lines.
 */
import { Client, credentials, Metadata, Server, ServerCredentials } from '@grpc/grpc-js'
import { createGrpcServer } from '../grpc/grpc-server.ts'
import { writeInferMessage } from '../grpc/infer-message.ts'
import { noParameters } from '../oip/parameters.ts'
import { fakeServices } from './fake-services.ts'

const path = '/inference.GRPCInferenceService/ModelInfer'
const same = (bytes: Buffer): Buffer => bytes
const rounds = 5

function message(values: number): Buffer {
  const bytes = Buffer.alloc(values * 4, 1)
  return writeInferMessage({
    model: 'm',
    version: '',
    id: '',
    parameters: noParameters,
    inputs: [
      { name: 'x', datatype: 'FP32', shape: [1, values], parameters: noParameters, contents: undefined },
    ],
    outputs: [],
    raw: [bytes],
  })
}

async function bareEcho(): Promise<number> {
  const server = new Server({ 'grpc.max_receive_message_length': -1 })
  server.register(
    path,
    (call: { request: Buffer }, callback: (e: null, v: Buffer) => void) => callback(null, call.request),
    same,
    same,
    'unary',
  ) // the types of a handler are generic
  return new Promise((resolve, reject) =>
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, port) =>
      error ? reject(error) : resolve(port),
    ),
  )
}

interface Cost {
  readonly perSecond: number
  /** Of client and server together: tells more than the rate where others use the processors too. */
  readonly cpuUs: number
}

async function measure(client: Client, body: Buffer, connections: number, count: number): Promise<Cost> {
  let left = count
  const metadata = new Metadata()
  const one = () =>
    new Promise<void>((resolve, reject) =>
      client.makeUnaryRequest(path, same, same, body, metadata, {}, (error) =>
        error ? reject(error) : resolve(),
      ),
    )
  const worker = async () => {
    while (left-- > 0) await one()
  }
  const [begun, cpu] = [performance.now(), process.cpuUsage()]
  await Promise.all(Array.from({ length: connections }, worker))
  const { user, system } = process.cpuUsage(cpu)
  return {
    perSecond: Math.round((count / (performance.now() - begun)) * 1000),
    cpuUs: Math.round((user + system) / count),
  }
}

const clientOf = (port: number) =>
  new Client(`127.0.0.1:${port}`, credentials.createInsecure(), {
    'grpc.max_receive_message_length': -1,
    'grpc.use_local_subchannel_pool': 1,
    'grpc-node.flow_control_window': 8 * 2 ** 20,
  })

const ours = createGrpcServer(fakeServices())
const clients = { bare: clientOf(await bareEcho()), ours: clientOf(await ours.listen({ port: 0 })) }
const sizes = [
  { size: 'small', values: 4, count: 2000 },
  { size: 'image', values: 3 * 224 * 224, count: 60 },
]
for (const { size, values, count } of sizes) {
  for (const concurrency of [1, 16]) {
    const best: Record<string, Cost> = {}
    for (let round = 0; round <= rounds; round++) {
      for (const name of ['bare', 'ours'] as const) {
        const { perSecond, cpuUs } = await measure(clients[name], message(values), concurrency, count)
        const before = round > 1 ? best[name]! : { perSecond, cpuUs }
        best[name] = {
          perSecond: Math.max(before.perSecond, perSecond),
          cpuUs: Math.min(before.cpuUs, cpuUs),
        }
      }
    }
    const [bare, own] = [best['bare']!, best['ours']!]
    const share = {
      rate: Number((own.perSecond / bare.perSecond).toFixed(2)),
      cpu: Number((bare.cpuUs / own.cpuUs).toFixed(2)),
    }
    console.log(JSON.stringify({ size, concurrency, bare, ours: own, share }))
  }
}
process.exit(0)
