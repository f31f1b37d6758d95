import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { plainRollout } from '../config/plain-rollout.ts'
import type { AuditRecord, Store, StoreTopic } from '../contract/store.ts'
import { findPostgres, type Postgres, startPostgres } from '../testing/postgres.ts'
import { openStore } from './open-store.ts'

const audit = (action: string): AuditRecord => ({
  atMs: 1_700_000_000_000,
  subject: 'key:ci',
  action,
  target: 'm',
  detail: { why: 'test', nested: { deep: [1, null] } },
  ok: true,
})
const rollout = (model: string, percent = 5) => ({
  ...plainRollout(model),
  labels: { canary: '2' },
  splits: [{ target: { label: 'canary' }, percent }],
})
const rolloutOf = async (store: Store, model: string) =>
  (await store.rollouts.list()).find(({ value }) => value.model === model)
const bin = findPostgres()

describe.each([
  ['SQLite', true],
  ['PostgreSQL', bin !== undefined],
] as const)('store on %s', (kind, present) => {
  if (!present) {
    it.skip('needs the programs of PostgreSQL (Debian package postgresql)', () => {})
    return
  }
  let postgres: Postgres | undefined
  let folder: string
  let store: Store
  let url: string

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'slipway-store-'))
    postgres = kind === 'PostgreSQL' ? await startPostgres(bin!) : undefined
    url = postgres?.url ?? join(folder, 'state.db')
    store = await openStore({ url, pollMs: 50 })
  })
  afterAll(async () => {
    await store.close()
    await postgres?.[Symbol.asyncDispose]()
    rmSync(folder, { recursive: true, force: true })
  })

  it('keeps rollouts by revision', async () => {
    expect(await rolloutOf(store, 'a')).toBeUndefined()
    const first = await store.rollouts.put(rollout('a'), 0, audit('put'))
    expect(first.revision).toBe(1)
    const second = await store.rollouts.put(rollout('a', 50), 1, audit('put'))
    expect(await rolloutOf(store, 'a')).toEqual({ revision: 2, value: rollout('a', 50) })
    expect(await store.rollouts.list()).toEqual([second])
    await store.rollouts.remove('a', 2, audit('remove'))
    expect(await store.rollouts.list()).toEqual([])
  })

  it('refuses a change of what somebody else changed, with its audit record', async () => {
    const before = (await store.audit.list({ limit: 1000 })).length
    await store.rollouts.put(rollout('b'), 0, audit('put'))
    const conflict = expect.objectContaining({ code: 'SLP-R18' })
    await expect(store.rollouts.put(rollout('b'), 0, audit('put'))).rejects.toEqual(conflict)
    await expect(store.rollouts.put(rollout('b'), 7, audit('put'))).rejects.toEqual(conflict)
    await expect(store.rollouts.remove('b', 7, audit('remove'))).rejects.toEqual(conflict)
    await expect(store.rollouts.put(rollout('none'), 1, audit('put'))).rejects.toEqual(conflict)
    expect((await store.audit.list({ limit: 1000 })).length).toBe(before + 1)
  })

  it('lets one of many racing changes win', async () => {
    await store.rollouts.put(rollout('race'), 0, audit('put'))
    const other = await openStore({ url, pollMs: 50 })
    try {
      const racers = Array.from({ length: 20 }, (_, i) =>
        (i % 2 ? store : other).rollouts.put(rollout('race', i), 1, audit(`racer ${i}`)),
      )
      const results = await Promise.allSettled(racers)
      const won = results.filter(({ status }) => status === 'fulfilled')
      expect(won).toHaveLength(1)
      expect((await rolloutOf(store, 'race'))?.revision).toBe(2)
    } finally {
      await other.close()
    }
  })

  it('lists the audit log page by page, newest first', async () => {
    for (const action of ['one', 'two', 'three']) await store.audit.append(audit(action))
    const [newest, before] = await store.audit.list({ limit: 2 })
    expect([newest!.action, before!.action]).toEqual(['three', 'two'])
    const { id, ...record } = newest!
    expect(record).toEqual(audit('three'))
    expect((await store.audit.list({ limit: 1, beforeId: before!.id }))[0]!.action).toBe('one')
    expect(id).toBeGreaterThan(before!.id)
  })

  it('keeps keys and sessions', async () => {
    const key = {
      id: 'ci',
      hash: 'ab',
      tenant: 't',
      roles: ['admin'],
      createdAtMs: 5,
      expiresAtMs: undefined,
    }
    await store.apiKeys.put(key, audit('key.put'))
    await store.apiKeys.put({ ...key, expiresAtMs: 9 }, audit('key.put'))
    expect(await store.apiKeys.list()).toEqual([{ ...key, expiresAtMs: 9 }])
    await store.apiKeys.remove('ci', audit('key.remove'))
    expect(await store.apiKeys.list()).toEqual([])

    const session = { handle: 'h', model: 'm', version: '1', device: 'cpu', tenant: 't', expiresAtMs: 100 }
    await store.sessions.put(session)
    await store.sessions.put({ ...session, handle: 'late', expiresAtMs: 300 })
    expect(await store.sessions.list()).toEqual([session, { ...session, handle: 'late', expiresAtMs: 300 }])
    expect(await store.sessions.removeExpired(200)).toEqual(['h'])
    expect((await store.sessions.list()).map(({ handle }) => handle)).toEqual(['late'])
    await store.sessions.remove('late')
  })

  it('tells other replicas of a change', async () => {
    const other = await openStore({ url, pollMs: 50 })
    try {
      const seen = new Promise<StoreTopic>((resolve) => void other.watch(async (topic) => resolve(topic)))
      await store.rollouts.put(rollout('watched'), 0, audit('put'))
      expect(await seen).toBe('rollouts')
    } finally {
      await other.close()
    }
  })

  it('tells listeners here of a change before it resolves', async () => {
    const told: StoreTopic[] = []
    const stop = store.watch(async (topic) => {
      await store.rollouts.list()
      told.push(topic)
    })
    await store.rollouts.put(rollout('here'), 0, audit('put'))
    expect(told).toEqual(['rollouts'])
    stop()
  })

  it('tells a listener again that could not take a change', async () => {
    const failing = [true, true, false]
    const told = new Promise<void>((resolve) => {
      store.watch(async (topic) => {
        if (topic !== 'api-keys') return
        if (failing.shift()) throw new Error('the store was away')
        resolve()
      })
    })
    await store.apiKeys.remove('nobody', audit('key.remove'))
    await told
    expect(failing).toEqual([])
  })

  it('tells nobody of expired sessions where there were none', async () => {
    const told: StoreTopic[] = []
    const stop = store.watch(async (topic) => void told.push(topic))
    expect(await store.sessions.removeExpired(0)).toEqual([])
    expect(told).toEqual([])
    const session = { handle: 'old', model: 'm', version: '1', device: 'cpu', tenant: 't', expiresAtMs: 5 }
    await store.sessions.put(session)
    expect(await store.sessions.removeExpired(5)).toEqual(['old'])
    expect(told).toEqual(['sessions', 'sessions'])
    stop()
  })

  it('takes the same key and session from many at once', async () => {
    const other = await openStore({ url, pollMs: 50 })
    const session = { handle: 'one', model: 'm', version: '1', device: 'cpu', tenant: 't', expiresAtMs: 5 }
    const key = { id: 'one', hash: 'ab', tenant: 't', roles: [], createdAtMs: 5, expiresAtMs: undefined }
    try {
      const stores = Array.from({ length: 20 }, (_, i) => (i % 2 ? store : other))
      await Promise.all(stores.map((one, i) => one.sessions.put({ ...session, expiresAtMs: i })))
      await Promise.all(stores.map((one, i) => one.apiKeys.put({ ...key, createdAtMs: i }, audit('key.put'))))
      expect(await store.sessions.list()).toMatchObject([{ handle: 'one' }])
      expect(await store.apiKeys.list()).toMatchObject([{ id: 'one' }])
    } finally {
      await other.close()
      await store.sessions.remove('one')
      await store.apiKeys.remove('one', audit('key.remove'))
    }
  })

  it('takes values that look like SQL', async () => {
    const nasty = `m'); DROP TABLE slipway_audit; -- ? $1 "`
    await store.audit.append({ ...audit(nasty), target: nasty })
    expect((await store.audit.list({ limit: 1 }))[0]).toMatchObject({ action: nasty, target: nasty })
  })

  it('loses nothing it acknowledged when the process is killed', async () => {
    const script = fileURLToPath(new URL('../../dist/testing/store-writer.js', import.meta.url))
    const writer = spawn(process.execPath, [script, url], { stdio: ['ignore', 'pipe', 'inherit'] })
    let text = ''
    await new Promise<void>((resolve) => {
      writer.stdout.on('data', (chunk) => {
        text += chunk
        if (text.split('\n').length > 20) writer.kill('SIGKILL')
      })
      writer.once('exit', () => resolve())
    })
    const acknowledged = Number(text.trimEnd().split('\n').at(-1))
    expect(acknowledged).toBeGreaterThanOrEqual(19)
    const found = await rolloutOf(store, 'killed')
    expect(found!.revision).toBeGreaterThanOrEqual(acknowledged)
    const records = await store.audit.list({ limit: 10_000 })
    expect(records.filter(({ action }) => action === 'writer')).toHaveLength(found!.revision)
  })

  it.runIf(kind === 'PostgreSQL')('says when the database is away, and goes on when it is back', async () => {
    await postgres!.kill()
    await expect(store.ping()).rejects.toMatchObject({ code: 'SLP-R17' })
    const refused = store.rollouts.put(rollout('away'), 0, audit('put'))
    await expect(refused).rejects.toMatchObject({ code: 'SLP-R17' })
    await postgres!.start()
    await store.rollouts.put(rollout('away'), 0, audit('put'))
    expect(await rolloutOf(store, 'away')).toBeDefined()
    expect(await rolloutOf(store, 'b')).toBeDefined()
  })
})

describe('a store in memory', () => {
  it('answers while it is changed, and has nothing of another one', async () => {
    const [store, other] = await Promise.all([openStore({ url: ':memory:' }), openStore({ url: ':memory:' })])
    try {
      const models = Array.from({ length: 10 }, (_, i) => `m${i}`)
      const puts = models.map((model) => store.rollouts.put(rollout(model), 0, audit('put')))
      for (const _ of models) await store.ping()
      await Promise.all(puts)
      expect((await store.rollouts.list()).map(({ value }) => value.model)).toEqual(models)
      expect(await other.rollouts.list()).toEqual([])
    } finally {
      await Promise.all([store.close(), other.close()])
    }
  })
})

describe('openStore', () => {
  it.each(['/nonexistent/folder/state.db', 'postgres://slipway@127.0.0.1:1/none'])(
    'refuses %s',
    async (url) => {
      const error = await openStore({ url }).catch((e: unknown) => e)
      expect(error).toMatchObject({ code: 'SLP-R17' })
      expect(String(error)).not.toContain('nonexistent')
    },
  )
})
