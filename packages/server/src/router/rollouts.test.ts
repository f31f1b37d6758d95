import { SlipwayError } from '@slipway/core'
import { describe, expect, it } from 'vitest'
import { plainRollout } from '../config/plain-rollout.ts'
import type { ServerEvent } from '../contract/event.ts'
import { anonymous } from '../contract/principal.ts'
import type { Rollout } from '../contract/rollout.ts'
import type { Store } from '../contract/store.ts'
import { fakeStore } from '../testing/fake-store.ts'
import { createBreakers } from './breaker.ts'
import { openRollouts } from './rollouts.ts'

const rollout = (percent: number): Rollout => ({
  ...plainRollout('m'),
  labels: { canary: '2' },
  splits: [{ target: { label: 'canary' }, percent }],
})
const audit = { atMs: 0, subject: 'other', action: 'a', target: 'm', detail: {}, ok: true }
const settled = () => new Promise((resolve) => setImmediate(resolve))

async function setUp() {
  const store = fakeStore()
  const events: ServerEvent[] = []
  const observe = (event: ServerEvent) => void events.push(event)
  const breakers = createBreakers({ observe })
  const open = (given: Store) => openRollouts({ store: given, observe, breakers, nowMs: () => 7 })
  return { store, open, rollouts: await open(store), events }
}

describe('openRollouts', () => {
  it('is in force once a change resolves, and audited', async () => {
    const { store, rollouts, events } = await setUp()
    await rollouts.put(rollout(10), 0, anonymous)
    expect(rollouts.compiled('m')?.rollout).toEqual(rollout(10))
    expect(rollouts.get('m')).toEqual({ revision: 1, value: rollout(10) })
    expect(store.records).toMatchObject([
      { atMs: 7, action: 'rollout.put', target: 'm', subject: 'anonymous' },
    ])
    await rollouts.remove('m', 1, anonymous)
    expect(rollouts.compiled('m')).toBeUndefined()
    expect(events.filter(({ kind }) => kind === 'audit')).toHaveLength(2)
  })

  it('refuses a rollout that breaks a rule and one that is out of date, and says so in an event', async () => {
    const { rollouts, events } = await setUp()
    await expect(rollouts.put(rollout(101), 0, anonymous)).rejects.toMatchObject({ code: 'SLP-R19' })
    await expect(rollouts.put(rollout(1), 5, anonymous)).rejects.toMatchObject({ code: 'SLP-R18' })
    expect(events).toMatchObject([{ ok: false }, { ok: false }])
    expect(rollouts.list()).toEqual([])
  })

  it('follows other replicas', async () => {
    const { store, rollouts } = await setUp()
    await store.rollouts.put(rollout(10), 0, audit)
    await store.rollouts.put(rollout(20), 1, audit)
    await settled()
    expect(rollouts.get('m')?.value).toEqual(rollout(20))
  })

  it('keeps what it knows while the store is down', async () => {
    const { store, rollouts } = await setUp()
    await rollouts.put(rollout(10), 0, anonymous)
    store.down = true
    await expect(rollouts.put(rollout(20), 1, anonymous)).rejects.toMatchObject({ code: 'SLP-R17' })
    expect(rollouts.compiled('m')?.rollout).toEqual(rollout(10))
  })

  it('keeps a change that the store has taken, though it cannot be read again', async () => {
    const { store, events, open } = await setUp()
    const state = { readable: true }
    const list = async () => {
      if (state.readable) return store.rollouts.list()
      throw new SlipwayError('SLP-R17', 'Cannot use the state store: it must answer, got nothing')
    }
    const rollouts = await open({ ...store, rollouts: { ...store.rollouts, list } })
    await rollouts.put(rollout(10), 0, anonymous)
    state.readable = false
    expect(await rollouts.put(rollout(20), 1, anonymous)).toMatchObject({ revision: 2 })
    expect(rollouts.compiled('m')?.rollout).toEqual(rollout(20))
    await rollouts.remove('m', 2, anonymous)
    expect(rollouts.compiled('m')).toBeUndefined()
    expect(events).toMatchObject([{ ok: true }, { ok: true }, { ok: true }])
    expect(store.records).toHaveLength(3)
  })

  it('leaves out what another version of the server wrote and this one does not understand', async () => {
    const { store, rollouts, events } = await setUp()
    await store.rollouts.put(rollout(500), 0, audit)
    await settled()
    expect(rollouts.compiled('m')).toBeUndefined()
    expect(events).toMatchObject([{ kind: 'alert', severity: 'critical' }])
  })
})
