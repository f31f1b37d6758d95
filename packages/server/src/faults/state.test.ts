/** What becomes of acknowledged changes, and of inference, when the server dies or its store fails. */
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { createServer } from '../server.ts'
import { pairGraph, repositoryWith } from '../testing/fixture.ts'
import { jsonOf, pairInfer, type Reply, send, startLoad, statuses } from '../testing/load.ts'
import { findPostgres, startPostgres } from '../testing/postgres.ts'
import { childrenOf, patienceMs, startServe, until } from '../testing/serve-process.ts'

const one = { 'pair/1/model.onnx': pairGraph('Add') }
const two = { ...one, 'pair/2/model.onnx': pairGraph('Add') }

const putShare = (url: string, percent: number, revision: number): Promise<Reply> =>
  send(`${url}/slipway/v1/models/pair/rollout`, {
    method: 'PUT',
    headers: revision === 0 ? {} : { 'if-match': String(revision) },
    body: JSON.stringify({ default: { version: '1' }, splits: [{ target: { version: '2' }, percent }] }),
  })
const rolloutAt = async (url: string) => {
  const { revision, splits } = jsonOf(await send(`${url}/slipway/v1/models/pair/rollout`))
  return { revision, splits }
}
const share = (percent: number) => [{ target: { version: '2' }, percent }]
const infer = (url: string) => send(`${url}/v2/models/pair/infer`, pairInfer)

describe('a server that is killed', () => {
  it(
    'loses no acknowledged change, and leaves no process behind',
    async () => {
      using fixture = repositoryWith(one)
      const options = ['--state', join(fixture.root, 'state.db')]
      let revision = 0
      {
        await using server = await startServe(fixture.root, [...options, '--execution', 'process'])
        const executors = childrenOf(server.pid)
        expect(executors.length).toBe(1)
        let killed: Promise<unknown> | undefined
        for (;;) {
          const reply = await putShare(server.url, revision % 100, revision).catch(() => undefined)
          if (!reply) break
          expect(reply.status).toBe(200)
          revision += 1
          // At any moment of the changes that follow.
          if (revision === 20) killed = server.end('SIGKILL')
        }
        expect(await killed).toBe('SIGKILL')
        await until(() => executors.every((pid) => !isAlive(pid)))
      }
      await using server = await startServe(fixture.root, options)
      const found = await rolloutAt(server.url)
      // One that was under way may have been done without having been acknowledged.
      expect([revision, revision + 1]).toContain(found.revision)
      expect(found.splits).toEqual(share((Number(found.revision) - 1) % 100))
      const audit = jsonOf(await send(`${server.url}/slipway/v1/audit?limit=1000`))
      const puts = (audit['records'] as { action: string }[]).filter(({ action }) => action === 'rollout.put')
      expect(puts.length).toBe(found.revision)
      expect((await infer(server.url)).status).toBe(200)
    },
    patienceMs,
  )
})

describe('a full disk', () => {
  if (spawnSync('prlimit', ['--version']).status !== 0) {
    it.skip('needs prlimit (Debian package util-linux)', () => {})
    return
  }

  /** The system refuses to write more than so many bytes into any file, as a quota does. */
  const limitFiles = (pid: number, bytes: string) =>
    expect(spawnSync('prlimit', ['--pid', String(pid), `--fsize=${bytes}:`]).status).toBe(0)

  it(
    'has changes refused, inference go on, and nothing to repair when there is space again',
    async () => {
      using fixture = repositoryWith(one)
      await using server = await startServe(fixture.root, ['--state', join(fixture.root, 'state.db')])
      const { url } = server
      expect((await putShare(url, 10, 0)).status).toBe(200)
      const load = startLoad(2, () => infer(url))
      limitFiles(server.pid, '0')
      for (let i = 0; i < 3; i++) {
        const refused = await putShare(url, 20, 1)
        expect([refused.status, String(refused.body)]).toEqual([503, expect.stringContaining('SLP-R17')])
        expect(String(refused.body)).not.toContain(fixture.root)
      }
      expect(await rolloutAt(url)).toEqual({ revision: 1, splits: share(10) })
      limitFiles(server.pid, 'unlimited')
      expect((await putShare(url, 30, 1)).status).toBe(200)
      expect(await rolloutAt(url)).toEqual({ revision: 2, splits: share(30) })
      const ended = await load.stop()
      expect([ended.lost, Object.keys(statuses(ended))]).toEqual([[], ['200']])
      expect(server.ended).toBeUndefined()
    },
    patienceMs,
  )
})

describe('a store that is down', () => {
  const bin = findPostgres()
  if (bin === undefined) {
    it.skip('needs the programs of PostgreSQL (Debian package postgresql)', () => {})
    return
  }

  it(
    'has changes refused, inference go on, and changes taken again when it is back',
    async () => {
      using fixture = repositoryWith(two)
      await using postgres = await startPostgres(bin)
      await using server = await createServer({ repository: fixture.root, settleMs: 0, state: postgres.url })
      const url = await server.listen({ port: 0 })
      await server.loaded
      expect((await putShare(url, 100, 0)).status).toBe(200)
      const load = startLoad(2, () => infer(url))
      await postgres.kill()
      for (let i = 0; i < 3; i++) {
        const refused = await putShare(url, 0, 1)
        expect([refused.status, String(refused.body)]).toEqual([503, expect.stringContaining('SLP-R17')])
      }
      const before = load.replies.length
      await until(() => load.replies.length > before + 100)
      expect((await send(`${url}/v2/health/ready`)).status).toBe(200)
      expect(await rolloutAt(url)).toEqual({ revision: 1, splits: share(100) })
      await postgres.start()
      expect((await putShare(url, 0, 1)).status).toBe(200)
      const after = load.replies.length
      await until(() => load.replies.length > after + 10)
      const ended = await load.stop()
      expect([ended.lost, Object.keys(statuses(ended))]).toEqual([[], ['200']])
      // What was last known was in force all the while, and what came then is.
      const versions = ended.replies.map((reply) => jsonOf(reply)['model_version'])
      expect(versions.slice(0, before + 100).every((version) => version === '2')).toBe(true)
      expect(versions.at(-1)).toBe('1')
    },
    patienceMs,
  )
})

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
