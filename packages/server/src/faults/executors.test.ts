/** What becomes of requests when the process that runs a model is killed, or its files are damaged. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { writeOnnx } from '@slipway/core'
import { describe, expect, it } from 'vitest'
import type { OpenedExecutor } from '../executor/open-executor.ts'
import { createServer, type Server } from '../server.ts'
import type { ServerOptions } from '../server-options.ts'
import { pairGraph, repositoryWith, slowGraph } from '../testing/fixture.ts'
import { metricSum, pairInfer, send, sendAll, slowInfer, startLoad, statuses } from '../testing/load.ts'
import { patienceMs, until } from '../testing/serve-process.ts'

async function withServer(
  root: string,
  options: Partial<ServerOptions>,
  use: (server: Server, url: string) => Promise<void>,
) {
  await using server = await createServer({ repository: root, settleMs: 0, ...options })
  const url = await server.listen({ port: 0 })
  await server.loaded
  await use(server, url)
}

describe('an executor that is killed', () => {
  it(
    'is replaced, and its requests are run again',
    async () => {
      using fixture = repositoryWith({ 'slow/1/model.onnx': slowGraph() })
      const execution = { mode: 'process', instances: 2 } as const
      await withServer(fixture.root, { execution }, async (server, url) => {
        const executor = server.models.find('slow').executor as OpenedExecutor // those of repositories are
        const killed = new Set<number>()
        for (let kills = 1; kills <= 3; kills++) {
          const requests = sendAll(6, 6, (_, agent) =>
            send(`${url}/v2/models/slow/infer`, slowInfer(40_000), agent),
          )
          await until(() => executor.report().running > 0)
          const pid = executor.processId!
          process.kill(pid, 'SIGKILL')
          killed.add(pid)
          const load = await requests
          expect([load.lost, statuses(load)]).toEqual([[], { 200: 6 }])
          for (const reply of load.replies) expect(String(reply.body)).toContain('401.0')
          expect(executor.report().restarts).toBe(kills)
        }
        expect(killed.size).toBe(3)
        expect(killed.has(executor.processId!)).toBe(false)
        const metrics = String((await send(`${url}/metrics`)).body)
        expect(metricSum(metrics, 'slipway_executor_restarts')).toBe(3)
        expect(metricSum(metrics, 'slipway_request_duration_seconds_count', 'outcome="SUCCESS"')).toBe(18)
      })
    },
    patienceMs,
  )
})

describe('a damaged model', () => {
  it(
    'leaves the old one serving, says why in the index, and is forgotten once it is mended',
    async () => {
      using fixture = repositoryWith({ 'pair/1/model.onnx': pairGraph('Add') })
      const file = join(fixture.root, 'pair/1/model.onnx')
      const good = writeOnnx(pairGraph('Sub'))
      const options = { control: 'explicit', loadModels: ['pair'] } as const
      await withServer(fixture.root, options, async (_, url) => {
        const reload = () => send(`${url}/v2/repository/models/pair/load`, { method: 'POST', body: '{}' })
        const index = async () =>
          JSON.parse(
            String((await send(`${url}/v2/repository/index`, { method: 'POST' })).body),
          ) as readonly {
            state: string
            reason: string
          }[]
        const load = startLoad(2, () => send(`${url}/v2/models/pair/infer`, pairInfer))
        for (const bytes of [
          good.subarray(0, good.length / 2),
          Buffer.from('not a model'),
          Buffer.alloc(0),
        ]) {
          writeFileSync(file, bytes)
          const refused = await reload()
          expect(refused.status).toBeGreaterThanOrEqual(400)
          expect(String(refused.body)).not.toContain(fixture.root)
          const [entry] = await index()
          expect(entry!.state).toBe('READY')
          expect(entry!.reason).not.toBe('')
        }
        const before = load.replies.length
        await until(() => load.replies.length > before + 20)
        const added = load.replies.map((reply) => firstElement(reply.body))
        expect(new Set(added)).toEqual(new Set([2]))
        writeFileSync(file, good)
        expect((await reload()).status).toBe(200)
        expect(await index()).toMatchObject([{ state: 'READY', reason: '' }])
        const after = load.replies.length
        await until(() => load.replies.length > after + 20)
        const ended = await load.stop()
        expect([ended.lost, Object.keys(statuses(ended))]).toEqual([[], ['200']])
        expect(firstElement(ended.replies.at(-1)!.body)).toBe(0)
      })
    },
    patienceMs,
  )
})

function firstElement(body: Buffer): number {
  const { outputs } = JSON.parse(String(body)) as { outputs: { data: number[] }[] }
  return outputs[0]!.data[0]!
}
