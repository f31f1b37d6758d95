import { describe, expect, it } from 'vitest'
import type { Clock } from '../contract/clock.ts'
import { anonymous, type Principal } from '../contract/principal.ts'
import { fakeModels, fakeServed } from '../testing/fake-served.ts'
import { type FakeStore, fakeStore } from '../testing/fake-store.ts'
import { openSessions, type SessionsOptions } from './sessions.ts'

const alice: Principal = { ...anonymous, tenant: 'alice' }
const bob: Principal = { ...anonymous, tenant: 'bob' }
const request = (over: object = {}) => ({
  model: 'm',
  version: undefined,
  device: '',
  leaseMs: undefined,
  ...over,
})

async function setUp(options: Partial<SessionsOptions> & { store?: FakeStore } = {}) {
  const versions = [fakeServed('1'), fakeServed('2'), fakeServed('1', { model: 'n' })]
  const time = { nowMs: 1_000_000 }
  const timers: (() => void)[] = []
  const clock: Clock = {
    nowMs: () => time.nowMs,
    setTimer(_, act) {
      timers.push(act)
      return () => void timers.splice(0)
    },
  }
  const store = options.store ?? fakeStore()
  const epochMs = () => time.nowMs
  const models = fakeModels(versions)
  const sessions = await openSessions({ models, clock, epochMs, ...options, store })
  return { sessions, versions, time, store, timers, held: () => versions.map(({ held }) => held) }
}

const refused = (code: string) => expect.objectContaining({ code })
const caught = (act: () => unknown): unknown => {
  try {
    return act()
  } catch (error) {
    return error
  }
}

describe('openSessions', () => {
  it('holds the version that it was opened for until it is closed', async () => {
    const { sessions, held, store } = await setUp()
    const lease = await sessions.open(request(), alice)
    expect(lease.handle).toMatch(/^[0-9a-f]{32}$/)
    expect([lease.served.version, lease.device, lease.expiresAtMs]).toEqual(['2', 'cpu', 1_600_000])
    const other = await sessions.open(request({ version: '1', device: 'cpu', leaseMs: 5 }), alice)
    expect(other.expiresAtMs).toBe(1_000_005)
    expect(held()).toEqual([1, 1, 0])
    expect(sessions.use(lease.handle, alice).served).toBe(lease.served)
    await sessions.close(lease.handle, alice)
    expect(held()).toEqual([1, 0, 0])
    expect(caught(() => sessions.use(lease.handle, alice))).toEqual(refused('SLP-R16'))
    expect((await store.sessions.list()).map(({ handle }) => handle)).toEqual([other.handle])
  })

  it.each([
    ['another device', { device: 'gpu' }, 'SLP-R9'],
    ['an unknown model', { model: 'nope' }, 'SLP-R1'],
    ['an unknown version', { version: '9' }, 'SLP-R2'],
    ['no term at all', { leaseMs: 0 }, 'SLP-R4'],
    ['a term that is no number', { leaseMs: Number.NaN }, 'SLP-R4'],
  ])('refuses %s', async (_, over, code) => {
    const { sessions, held } = await setUp()
    await expect(sessions.open(request(over), alice)).rejects.toEqual(refused(code))
    expect(held()).toEqual([0, 0, 0])
  })

  it('is nobody else’s', async () => {
    const { sessions } = await setUp()
    const { handle } = await sessions.open(request(), alice)
    const theirs = caught(() => sessions.use(handle, bob)) as Error
    const unknown = caught(() => sessions.use('0'.repeat(32), bob)) as Error
    expect(theirs.message.replace(handle, '')).toBe(unknown.message.replace('0'.repeat(32), ''))
    await expect(sessions.renew(handle, 5, bob)).rejects.toEqual(refused('SLP-R16'))
    await expect(sessions.close(handle, bob)).rejects.toEqual(refused('SLP-R16'))
    expect(sessions.list(bob)).toEqual([])
    expect(sessions.list(alice).map((lease) => lease.handle)).toEqual([handle])
  })

  it('ends with its term, unless that is renewed', async () => {
    const { sessions, time, timers, held, store } = await setUp({ mostLeaseMs: 1000 })
    const short = await sessions.open(request({ leaseMs: 100 }), alice)
    const long = await sessions.open(request({ leaseMs: 100 }), alice)
    expect((await sessions.renew(long.handle, 5000, alice)).expiresAtMs).toBe(1_001_000)
    time.nowMs += 100
    expect(caught(() => sessions.use(short.handle, alice))).toEqual(refused('SLP-R16'))
    expect(sessions.use(long.handle, alice).handle).toBe(long.handle)
    expect(sessions.list(alice).length).toBe(1)
    timers.shift()!()
    expect(held()).toEqual([0, 1, 0])
    await Promise.resolve()
    expect((await store.sessions.list()).length).toBe(1)
    expect(timers.length).toBe(1)
  })

  it('gives up the lease that was used least recently where there are too many', async () => {
    const { sessions, held } = await setUp({ mostSessions: 2 })
    const [first, second] = [await sessions.open(request(), alice), await sessions.open(request(), alice)]
    sessions.use(first.handle, alice)
    const third = await sessions.open(request({ version: '1' }), alice)
    expect(caught(() => sessions.use(second.handle, alice))).toEqual(refused('SLP-R16'))
    expect(sessions.list(alice).map(({ handle }) => handle)).toEqual([first.handle, third.handle])
    expect(held()).toEqual([1, 1, 0])
  })

  it('counts the bytes of each version once', async () => {
    const { sessions, held } = await setUp({ mostBytes: 2000 })
    await sessions.open(request({ version: '1' }), alice)
    await sessions.open(request({ version: '1' }), alice)
    await sessions.open(request({ version: '2' }), alice)
    expect(held()).toEqual([2, 1, 0])
    await sessions.open(request({ model: 'n' }), alice)
    expect(held()).toEqual([0, 1, 1])
  })

  it('outlives the process, and takes its version when it is next used', async () => {
    const { sessions, store } = await setUp()
    const { handle } = await sessions.open(request(), alice)
    await sessions.end()
    const next = await setUp({ store })
    expect(next.held()).toEqual([0, 0, 0])
    expect(next.sessions.use(handle, alice).served.version).toBe('2')
    expect(next.held()).toEqual([0, 1, 0])
    await next.sessions.end()
    expect(next.held()).toEqual([0, 0, 0])
  })

  it('sees the leases that other replicas open and close', async () => {
    const { sessions, store } = await setUp()
    const other = await setUp({ store })
    const { handle } = await sessions.open(request(), alice)
    await new Promise((resolve) => setImmediate(resolve))
    expect(other.sessions.use(handle, alice).handle).toBe(handle)
    await sessions.close(handle, alice)
    await new Promise((resolve) => setImmediate(resolve))
    expect(caught(() => other.sessions.use(handle, alice))).toEqual(refused('SLP-R16'))
    expect(other.held()).toEqual([0, 0, 0])
  })

  it('lets go of a model that is unloaded, and keeps the lease', async () => {
    const { sessions, held } = await setUp()
    const { handle } = await sessions.open(request(), alice)
    sessions.releaseModel('m')
    expect(held()).toEqual([0, 0, 0])
    expect(sessions.use(handle, alice).served.version).toBe('2')
  })

  it('lets go of a lease that the store has not answered yet, too', async () => {
    const { sessions, held } = await setUp()
    const opening = sessions.open(request(), alice)
    expect(held()).toEqual([0, 1, 0])
    sessions.releaseModel('m')
    expect(held()).toEqual([0, 0, 0])
    const { handle } = await opening
    expect(sessions.use(handle, alice).served.version).toBe('2')
    expect(held()).toEqual([0, 1, 0])
  })

  it('holds nothing for a lease that the store did not take', async () => {
    const { sessions, store, held } = await setUp()
    store.down = true
    await expect(sessions.open(request(), alice)).rejects.toEqual(refused('SLP-R17'))
    expect(held()).toEqual([0, 0, 0])
    expect(sessions.list(alice)).toEqual([])
  })
})
