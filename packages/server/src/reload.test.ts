/** Reloads under constant load over both protocols, and whether what is counted is what was sent. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { writeOnnx } from '@slipway/core'
import { describe, expect, it } from 'vitest'
import { GRPCInferenceService } from './proto/grpc_service_pb.ts'
import { createServer, type Server } from './server.ts'
import type { ServerOptions } from './server-options.ts'
import { pairGraph, repositoryWith, slowGraph } from './testing/fixture.ts'
import { bytesOf } from './testing/grpc-fixture.ts'
import { grpcPeer } from './testing/grpc-peer.ts'
import { type Operator, operatorOf, sampleOf } from './testing/operator.ts'

const { modelInfer } = GRPCInferenceService.method
const inputs = ['a', 'b'].map((name) => ({ name, datatype: 'FP32', shape: [1, 2], data: [1, 2] }))
const restBody = JSON.stringify({ inputs })
const grpcRequest = {
  modelName: 'pair',
  inputs: inputs.map(({ name, datatype }) => ({ name, datatype, shape: [1n, 2n] })),
  rawInputContents: [bytesOf(1, 2), bytesOf(1, 2)],
}

interface Running {
  readonly server: Server
  readonly operator: Operator
  readonly root: string
  readonly url: string
  /** One inference over each protocol; rejects where it is not answered. */
  readonly rest: () => Promise<string>
  readonly grpc: () => Promise<string>
}

async function withServer(options: Partial<ServerOptions>, use: (running: Running) => Promise<void>) {
  using fixture = repositoryWith({ 'pair/1/model.onnx': pairGraph('Add'), 'slow/1/model.onnx': slowGraph() })
  await using server = await createServer({
    settleMs: 0,
    repository: fixture.root,
    control: 'explicit',
    loadModels: ['*'],
    ...options,
  })
  const url = await server.listen({ port: 0, grpcPort: 0 })
  await server.loaded
  using peer = grpcPeer(server.grpcPort!)
  await use({
    server,
    operator: operatorOf(server.app),
    root: fixture.root,
    url,
    async rest() {
      const answer = await fetch(`${url}/v2/models/pair/infer`, { method: 'POST', body: restBody })
      if (answer.status !== 200) throw new Error(`${answer.status} ${await answer.text()}`)
      const { outputs } = (await answer.json()) as { outputs: { data: number[] }[] } // checked by the caller
      return String(outputs[0]!.data)
    },
    async grpc() {
      const { rawOutputContents } = await peer.call(modelInfer, grpcRequest)
      return String(new Float32Array(new Uint8Array(rawOutputContents[0]!).buffer))
    },
  })
}

interface Counts {
  readonly model: string
  readonly version: string
  readonly inference_count: number
  readonly inference_stats: { readonly success: { readonly count: number; readonly ns: number } }
}

describe('reloading through the control API under constant load', () => {
  const reloads = 3
  const clients = 4
  const least = 1500
  /** A hundred times what a switch may take, for machines that do something else in between. */
  const mostPauseMs = 100

  it.each(['inline', 'worker'] as const)('fails no request: %s', async (mode) => {
    await withServer({ execution: { mode, threads: 1 } }, async ({ operator, root, rest, grpc }) => {
      let isOver = false
      let sent = 0
      const results = new Set<string>()
      const failures: unknown[] = []
      const client = async (one: () => Promise<string>) => {
        while (!isOver || sent < least) {
          sent += 1
          await one().then(
            (result) => results.add(result),
            (error: unknown) => failures.push(error),
          )
        }
      }
      const load = Promise.all(Array.from({ length: clients }, (_, i) => client(i % 2 === 0 ? rest : grpc)))
      for (let i = 0; i < reloads; i++) {
        const before = sent
        writeFileSync(join(root, 'pair/1/model.onnx'), writeOnnx(pairGraph(i % 2 === 0 ? 'Sub' : 'Add')))
        await operator.load('pair')
        while (sent < before + 20) await new Promise((resolve) => setTimeout(resolve, 1))
      }
      isOver = true
      await load
      expect(failures).toEqual([])
      expect(results).toEqual(new Set(['2,4', '0,0']))
      const swaps = await operator.events('swap')
      expect(swaps.length).toBe(reloads)
      for (const { pauseMs } of swaps) expect(pauseMs).toBeLessThan(mostPauseMs)
      const ofPair = { model: 'pair', version: '1' }
      expect(await operator.metric('slipway_request_duration_seconds_count', ofPair)).toBe(sent)
      expect(await operator.metric('slipway_requests_in_flight', ofPair)).toBe(0)
      // A version that was loaded anew counts from nothing.
      const { model_stats: stats } = await operator.json<{ model_stats: Counts[] }>('/v2/models/pair/stats')
      const { inference_count: counted, inference_stats } = stats[0]!
      expect(inference_stats.success.count).toBe(counted)
      expect(counted).toBeGreaterThan(0)
      expect(counted).toBeLessThan(sent)
    })
  })
})

describe('what is counted', () => {
  it('is what was sent, by protocol and outcome, in metrics and in statistics', () =>
    withServer({}, async ({ operator, rest, grpc, url }) => {
      for (let i = 0; i < 30; i++) await rest()
      for (let i = 0; i < 20; i++) await grpc()
      for (let i = 0; i < 7; i++) {
        const answer = await fetch(`${url}/v2/models/pair/infer`, { method: 'POST', body: '{"inputs":[]}' })
        expect(answer.status).toBe(400)
      }
      const counts = (labels: Record<string, string>) =>
        operator.metric('slipway_request_duration_seconds_count', { model: 'pair', ...labels })
      expect(await counts({ protocol: 'rest', outcome: 'SUCCESS' })).toBe(30)
      expect(await counts({ protocol: 'grpc', outcome: 'SUCCESS' })).toBe(20)
      expect(await counts({ outcome: 'OTHER' })).toBe(7)
      expect(await counts({})).toBe(57)
      for (const phase of ['queue', 'assembly', 'compute', 'output']) {
        const labels = { model: 'pair', phase }
        expect(await operator.metric('slipway_phase_duration_seconds_count', labels), phase).toBe(50)
      }
      expect(await operator.metric('slipway_batch_size_sum', { model: 'pair' })).toBe(50)
      const { model_stats: stats } = await operator.json<{ model_stats: Counts[] }>('/v2/models/pair/stats')
      const { success } = stats[0]!.inference_stats
      expect([success.count, stats[0]!.inference_count]).toEqual([50, 50])
      const sum = await operator.metric('slipway_request_duration_seconds_sum', { outcome: 'SUCCESS' })
      expect(success.ns / 1e9).toBeCloseTo(sum, 6)
    }))

  it('has percentiles that the clients see too', () =>
    withServer({}, async ({ url }) => {
      const elements = 20_000
      const input = { name: 'x', datatype: 'FP32', shape: [elements], data: Array(elements).fill(1) }
      const body = JSON.stringify({ inputs: [input] })
      const seconds: number[] = []
      for (let i = 0; i < 100; i++) {
        const startMs = performance.now()
        const answer = await fetch(`${url}/v2/models/slow/infer`, { method: 'POST', body })
        await answer.arrayBuffer()
        seconds.push((performance.now() - startMs) / 1000)
      }
      seconds.sort((a, b) => a - b)
      const text = await (await fetch(`${url}/metrics`)).text()
      const name = 'slipway_request_duration_seconds'
      const edges = [...text.matchAll(/request_duration_seconds_bucket\{le="([^"]+)"/g)].map(([, le]) => le!)
      for (const share of [0.5, 0.9, 0.99]) {
        const rank = share * seconds.length
        const below = (le: string) => sampleOf(text, `${name}_bucket`, { le, model: 'slow' }) < rank
        const floor = Number(edges.findLast((le) => le !== '+Inf' && below(le)) ?? 0)
        // What a client waits for includes what the server measures, so that no percentile of the server is longer.
        expect(floor).toBeLessThanOrEqual(seconds[Math.ceil(rank) - 1]!)
      }
      const spent = sampleOf(text, `${name}_sum`, { model: 'slow' })
      const waited = seconds.reduce((sum, one) => sum + one, 0)
      expect(spent).toBeLessThan(waited)
      expect(spent).toBeGreaterThan(0)
      const computed = sampleOf(text, 'slipway_phase_duration_seconds_sum', {
        model: 'slow',
        phase: 'compute',
      })
      expect(computed).toBeLessThan(spent)
    }))
})
