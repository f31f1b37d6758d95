/** What the server's options say of models whose configuration says nothing. */
import { describe, expect, it } from 'vitest'
import { createServer, type Server } from './server.ts'
import type { ServerOptions } from './server-options.ts'
import { pairGraph, repositoryWith } from './testing/fixture.ts'

async function withServer(options: Partial<ServerOptions>, use: (server: Server) => Promise<void>) {
  using fixture = repositoryWith({
    'pair/1/model.onnx': pairGraph('Add'),
    'batched/1/model.onnx': pairGraph('Add'),
    'batched/config.pbtxt': 'max_batch_size: 2',
    'own/1/model.onnx': pairGraph('Add'),
    'own/slipway.yaml': 'limits: { rate: { per_second: 0.001, burst: 2 } }\n',
  })
  await using server = await createServer({ settleMs: 0, repository: fixture.root, ...options })
  await server.loaded
  await use(server)
}

const payload = JSON.stringify({
  inputs: ['a', 'b'].map((name) => ({ name, datatype: 'FP32', shape: [1, 2], data: [1, 2] })),
})

describe('the rates of the server', () => {
  it('are those of a model that has none of its own', async () => {
    const rates = { rate: { perSecond: 0.001, burst: 1 }, tenantRate: undefined }
    await withServer({ limits: { rates } }, async ({ app }) => {
      const infer = async (model: string) =>
        (await app.inject({ method: 'POST', url: `/v2/models/${model}/infer`, payload })).statusCode
      expect([await infer('pair'), await infer('pair')]).toEqual([200, 429])
      expect([await infer('own'), await infer('own'), await infer('own')]).toEqual([200, 200, 429])
    })
  })
})

describe('the batch size of the server', () => {
  it('is that of a model whose configuration says nothing of batches', async () => {
    const sizeOf = async ({ app }: Server, model: string) =>
      (await app.inject({ url: `/v2/models/${model}/config` })).json().max_batch_size
    await withServer({ defaultMaxBatchSize: 4 }, async (server) => {
      expect([await sizeOf(server, 'pair'), await sizeOf(server, 'batched')]).toEqual([4, 2])
    })
    await withServer({}, async (server) => expect(await sizeOf(server, 'pair')).toBe(0))
  })
})
