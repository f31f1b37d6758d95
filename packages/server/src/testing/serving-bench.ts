/**
 * `npm run bench:serving`: an identity model over REST and gRPC beside a bare fastify echo and a bare grpc-js echo of the
 * same bytes. Rounds of all of them alternate; a share is taken within a round, and its median counts.
 */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { availableParallelism, loadavg } from 'node:os'
import { Client, credentials, Metadata } from '@grpc/grpc-js'
import { writeInferMessage } from '../grpc/infer-message.ts'
import { noParameters } from '../oip/parameters.ts'
import { openRawConnection, rawRequest } from './raw-http.ts'
import type { HostPorts } from './serving-bench-host.ts'

const rounds = Number(process.argv[2] ?? 7)
const path = '/inference.GRPCInferenceService/ModelInfer'
const same = (bytes: Buffer): Buffer => bytes

interface Peer {
  /** Sends one request and resolves with its answer. */
  readonly one: () => Promise<unknown>
  close(): void
}

interface Round {
  readonly perSecond: number
  /** Of the server's process alone. */
  readonly cpuUs: number
  readonly p99Ms: number
}

const bytesOf = (values: number) => Buffer.from(new Float32Array(values).fill(1.5).buffer)

function restRequest(model: string, shape: readonly number[], blob: Buffer): Buffer {
  const parameters = { binary_data_size: blob.length }
  const inputs = [{ name: 'float32_in', datatype: 'FP32', shape, parameters }]
  const json = Buffer.from(JSON.stringify({ inputs, parameters: { binary_data_output: true } }))
  const headers = { 'inference-header-content-length': json.length }
  return rawRequest(`/v2/models/${model}/infer`, headers, Buffer.concat([json, blob]))
}

function grpcMessage(model: string, shape: readonly number[], blob: Buffer): Buffer {
  const input = { name: 'float32_in', datatype: 'FP32', shape, parameters: noParameters, contents: undefined }
  const rest = { version: '', id: '', parameters: noParameters, outputs: [], raw: [blob] }
  return writeInferMessage({ model, inputs: [input], ...rest })
}

async function httpPeers(port: number, request: Buffer, count: number): Promise<Peer[]> {
  const connections = await Promise.all(Array.from({ length: count }, () => openRawConnection(port)))
  return connections.map((connection) => ({
    one: () => connection.exchange(request),
    close: connection.close,
  }))
}

function grpcPeers(port: number, message: Buffer, count: number): Peer[] {
  const client = new Client(`127.0.0.1:${port}`, credentials.createInsecure(), {
    'grpc.max_receive_message_length': -1,
    'grpc.use_local_subchannel_pool': 1,
    'grpc-node.flow_control_window': 8 * 2 ** 20,
  })
  const metadata = new Metadata()
  const one = () =>
    new Promise<void>((resolve, reject) =>
      client.makeUnaryRequest(path, same, same, message, metadata, {}, (error) =>
        error ? reject(error) : resolve(),
      ),
    )
  return Array.from({ length: count }, () => ({ one, close: () => client.close() }))
}

async function cpuOf(host: ChildProcess): Promise<number> {
  host.send('cpu')
  const [us] = await once(host, 'message')
  return us
}

async function runRound(host: ChildProcess, peers: readonly Peer[], count: number): Promise<Round> {
  const latencies: number[] = []
  let left = count
  const worker = async ({ one }: Peer) => {
    while (left-- > 0) {
      const startMs = performance.now()
      await one()
      latencies.push(performance.now() - startMs)
    }
  }
  const cpuBefore = await cpuOf(host)
  const startMs = performance.now()
  await Promise.all(peers.map(worker))
  const tookMs = performance.now() - startMs
  const cpuUs = ((await cpuOf(host)) - cpuBefore) / count
  latencies.sort((a, b) => a - b)
  return { perSecond: (count / tookMs) * 1000, cpuUs, p99Ms: latencies[Math.floor(0.99 * count)]! }
}

const median = (values: readonly number[]) => [...values].sort((a, b) => a - b)[values.length >> 1]!

async function compare(
  host: ChildProcess,
  ours: readonly Peer[],
  bare: readonly Peer[],
  count: number,
): Promise<object> {
  const found: { ours: Round; bare: Round }[] = []
  for (let round = -1; round < rounds; round++) {
    const swap = round % 2 === 0
    const first = await runRound(host, swap ? bare : ours, count)
    const second = await runRound(host, swap ? ours : bare, count)
    if (round >= 0) found.push(swap ? { ours: second, bare: first } : { ours: first, bare: second })
  }
  for (const { close } of [...ours, ...bare]) close()
  const of = (who: 'ours' | 'bare') => ({
    perSecond: Math.round(Math.max(...found.map((round) => round[who].perSecond))),
    cpuUs: Math.round(Math.min(...found.map((round) => round[who].cpuUs))),
    p99Ms: Number(median(found.map((round) => round[who].p99Ms)).toFixed(2)),
  })
  const share = {
    rate: Number(median(found.map((round) => round.ours.perSecond / round.bare.perSecond)).toFixed(2)),
    cpu: Number(median(found.map((round) => round.bare.cpuUs / round.ours.cpuUs)).toFixed(2)),
    p99OverheadMs: Number(median(found.map((round) => round.ours.p99Ms - round.bare.p99Ms)).toFixed(2)),
  }
  return { ours: of('ours'), bare: of('bare'), share }
}

const host = fork(new URL('./serving-bench-host.js', import.meta.url), {
  execArgv: process.env['BENCH_HOST_FLAGS']?.split(' ') ?? [],
})
const [ports]: HostPorts[] = await once(host, 'message')
if (!ports) throw new Error('the servers did not start')
console.log(JSON.stringify({ node: process.version, cores: availableParallelism(), load: loadavg() }))
const only = process.argv[3]
for (const { model, shape, count } of [
  { model: 'small', shape: [1, 4], count: 1000 },
  { model: 'image', shape: [1, 3, 224, 224], count: 60 },
]) {
  const blob = bytesOf(shape.reduce((product, size) => product * size, 1))
  const rest = restRequest(model, shape, blob)
  const message = grpcMessage(model, shape, blob)
  const echo = rawRequest('/echo', { 'content-type': 'application/octet-stream' }, blob)
  for (const connections of [1, 16]) {
    if (only !== 'grpc') {
      const [ours, bare] = [
        await httpPeers(ports.rest, rest, connections),
        await httpPeers(ports.fastify, echo, connections),
      ]
      const result = await compare(host, ours, bare, count)
      console.log(JSON.stringify({ protocol: 'rest', model, connections, ...result }))
    }
    if (only !== 'rest') {
      const [ours, bare] = [
        grpcPeers(ports.grpc, message, connections),
        grpcPeers(ports.grpcJs, message, connections),
      ]
      const result = await compare(host, ours, bare, count)
      console.log(JSON.stringify({ protocol: 'grpc', model, connections, ...result }))
    }
  }
}
console.log(JSON.stringify({ load: loadavg() }))
host.disconnect()
