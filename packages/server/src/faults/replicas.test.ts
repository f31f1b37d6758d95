/** Two replicas on one PostgreSQL behind HAProxy, all of them processes of their own. */
import type { Agent } from 'node:http'
import { setTimeout as wait } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createClient } from '../client/client.ts'
import { type Fixture, pairGraph, repositoryWith } from '../testing/fixture.ts'
import { type Haproxy, hasHaproxy, startHaproxy } from '../testing/haproxy.ts'
import { jsonOf, pairInfer, type Reply, send, sendAll, startLoad, statuses } from '../testing/load.ts'
import { findPostgres, freePort, type Postgres, startPostgres } from '../testing/postgres.ts'
import { patienceMs, type ServeProcess, startServe, until } from '../testing/serve-process.ts'

const bin = findPostgres()
const isPresent = bin !== undefined && hasHaproxy()
const names = ['one', 'two'] as const
/** Longer than HAProxy takes to see that a replica is not ready: two checks of 200 ms, on a busy machine. */
const drainSeconds = 3
/** Between two requests of a caller, so that restarts have their share of the machine. */
const pauseMs = 20

describe('two replicas', () => {
  if (!isPresent) {
    it.skip('need HAProxy and PostgreSQL (Debian packages haproxy and postgresql)', () => {})
    return
  }
  let fixture: Fixture
  let postgres: Postgres
  let haproxy: Haproxy
  const ports: { name: string; port: number; grpcPort: number }[] = []
  const replicas: ServeProcess[] = []

  const start = ({ port, grpcPort }: (typeof ports)[number]) =>
    startServe(fixture.root, [
      ...['--port', String(port), '--grpc-port', String(grpcPort)],
      ...['--state', postgres.url, '--drain-delay', String(drainSeconds)],
    ])
  const infer = (user: string | undefined, agent?: Agent) =>
    send(
      `${haproxy.url}/v2/models/pair/infer`,
      { ...pairInfer, headers: user === undefined ? {} : { 'x-user': user } },
      agent,
    )
  const putShare = (url: string, percent: number, revision: number) => {
    const rollout = {
      labels: { stable: '1', canary: '2' },
      splits: [{ target: { label: 'canary' }, percent }],
      stickyKey: { source: 'header', name: 'x-user' },
    }
    const headers: Record<string, string> = revision === 0 ? {} : { 'if-match': `"${revision}"` }
    return send(`${url}/slipway/v1/models/pair/rollout`, {
      method: 'PUT',
      headers,
      body: JSON.stringify(rollout),
    })
  }
  const revisionAt = async (url: string) =>
    (await send(`${url}/slipway/v1/models/pair/rollout`)).headers.etag ?? '"0"'

  beforeAll(async () => {
    const model = pairGraph('Add')
    fixture = repositoryWith({ 'pair/1/model.onnx': model, 'pair/2/model.onnx': model })
    postgres = await startPostgres(bin!)
    for (const name of names) ports.push({ name, port: await freePort(), grpcPort: await freePort() })
    replicas.push(...(await Promise.all(ports.map(start))))
    haproxy = await startHaproxy(ports)
  }, patienceMs)
  afterAll(async () => {
    await haproxy?.[Symbol.asyncDispose]()
    await Promise.all(replicas.map((replica) => replica.end('SIGKILL')))
    await postgres?.[Symbol.asyncDispose]()
    fixture?.[Symbol.dispose]()
  })

  it('see a change of each other within a second', async () => {
    const delays: number[] = []
    for (let revision = 0; revision < 5; revision++) {
      const [writer, reader] = revision % 2 === 0 ? replicas : [...replicas].reverse()
      expect((await putShare(writer!.url, revision === 4 ? 20 : 50, revision)).status).toBe(200)
      const startMs = performance.now()
      await until(async () => (await revisionAt(reader!.url)) === `"${revision + 1}"`)
      delays.push(performance.now() - startMs)
    }
    // The fastest one: what else the machine does may hold one back.
    expect(Math.min(...delays), `milliseconds: ${delays.map(Math.round)}`).toBeLessThan(1000)
  })

  it('give a share of 20 % over both', async () => {
    const count = 2000
    const load = await sendAll(count, 8, (_, agent) => infer(undefined, agent))
    expect([load.lost, statuses(load)]).toEqual([[], { 200: count }])
    const bounds = (share: number, of: number) => 5 * Math.sqrt(share * (1 - share) * of)
    for (const name of names) {
      const own = load.replies.filter(({ headers }) => headers['x-replica'] === name)
      // Turn by turn.
      expect(Math.abs(own.length - count / 2)).toBeLessThan(count / 20)
      const canary = own.filter((reply) => versionOf(reply) === '2').length
      expect(Math.abs(canary - own.length / 5)).toBeLessThan(bounds(0.2, own.length))
    }
    const canary = load.replies.filter((reply) => versionOf(reply) === '2').length
    expect(Math.abs(canary - count / 5)).toBeLessThan(bounds(0.2, count))
  })

  it('send a key to the same version', async () => {
    const seen = new Map<string, { versions: Set<unknown>; replicas: Set<unknown> }>()
    const load = await sendAll(600, 8, async (i, agent) => {
      const user = `user ${i % 100}`
      const reply = await infer(user, agent)
      const entry = seen.get(user) ?? { versions: new Set(), replicas: new Set() }
      seen.set(user, entry)
      entry.versions.add(versionOf(reply))
      entry.replicas.add(reply.headers['x-replica'])
      return reply
    })
    expect([load.lost, statuses(load)]).toEqual([[], { 200: 600 }])
    const entries = [...seen.values()]
    expect(entries.filter(({ versions }) => versions.size !== 1)).toEqual([])
    expect(entries.filter((entry) => entry.replicas.size === 2).length).toBeGreaterThan(50)
    const canary = entries.filter(({ versions }) => versions.has('2')).length
    // Keys and hashes are the same in each run, so this either always holds or never.
    expect(canary).toBeGreaterThan(8)
    expect(canary).toBeLessThan(36)
  })

  it(
    'are restarted one after the other without a lost request, over REST and gRPC',
    async () => {
      await using client = createClient({ url: `grpc://127.0.0.1:${haproxy.grpcPort}`, retry: { tries: 1 } })
      const data = Float32Array.of(1, 2)
      const inputs = { a: { data, shape: [1, 2] }, b: { data, shape: [1, 2] } }
      const grpcLost: string[] = []
      let grpcCount = 0
      let isOver = false
      const grpcLoad = Promise.all(
        Array.from({ length: 2 }, async () => {
          while (!isOver) {
            await client.infer({ model: 'pair', inputs }).then(
              () => grpcCount++,
              (error: unknown) => grpcLost.push(String(error)),
            )
            await wait(pauseMs)
          }
        }),
      )
      const load = startLoad(4, (agent) => infer(undefined, agent))
      for (const [i, place] of ports.entries()) {
        expect(await replicas[i]!.end('SIGTERM')).toBe(0)
        replicas[i] = await start(place)
        await until(() => haproxy.sendsTo(place.name))
      }
      isOver = true
      await grpcLoad
      const { lost } = await load.stop()
      const refused = load.replies.filter(({ status }) => status !== 200).map(({ body }) => String(body))
      expect({ lost, grpcLost, refused }).toEqual({ lost: [], grpcLost: [], refused: [] })
      expect([load.replies.length, grpcCount].map((count) => count > 100)).toEqual([true, true])
    },
    patienceMs,
  )
})

const versionOf = (reply: Reply): unknown => jsonOf(reply)['model_version']
