/** A store in memory, for tests of what stands on one. */
import { SlipwayError } from '@slipway/core'
import type { Rollout } from '../contract/rollout.ts'
import type {
  ApiKeyRecord,
  AuditRecord,
  SessionRecord,
  Store,
  StoreTopic,
  Versioned,
} from '../contract/store.ts'

export interface FakeStore extends Store {
  /** Every method rejects with SLP-R17 while it is set. */
  down: boolean
  readonly records: readonly AuditRecord[]
}

export function fakeStore(): FakeStore {
  const rollouts = new Map<string, Versioned<Rollout>>()
  const keys = new Map<string, ApiKeyRecord>()
  const sessions = new Map<string, SessionRecord>()
  const records: AuditRecord[] = []
  const listeners = new Set<Parameters<Store['watch']>[0]>()
  const guard = async () => {
    if (store.down)
      throw new SlipwayError('SLP-R17', 'Cannot use the state store: it must answer, got nothing')
  }
  const commit = async (topic: StoreTopic, audit?: AuditRecord) => {
    if (audit) records.push(audit)
    await Promise.allSettled([...listeners].map(async (listener) => listener(topic)))
  }
  const expect = (model: string, expected: number) => {
    const current = rollouts.get(model)?.revision ?? 0
    if (current !== expected) throw new SlipwayError('SLP-R18', `Cannot change: got revision ${current}`)
  }
  const store: FakeStore = {
    down: false,
    records,
    rollouts: {
      list: async () => guard().then(() => [...rollouts.values()]),
      async put(rollout, expected, audit) {
        await guard()
        expect(rollout.model, expected)
        const versioned = { revision: expected + 1, value: rollout }
        rollouts.set(rollout.model, versioned)
        await commit('rollouts', audit)
        return versioned
      },
      async remove(model, expected, audit) {
        await guard()
        expect(model, expected)
        rollouts.delete(model)
        await commit('rollouts', audit)
      },
    },
    audit: {
      append: async (record) => guard().then(() => void records.push(record)),
      list: async ({ limit, beforeId = Number.POSITIVE_INFINITY }) =>
        records
          .map((record, id) => ({ ...record, id }))
          .filter(({ id }) => id < beforeId)
          .reverse()
          .slice(0, limit),
    },
    apiKeys: {
      list: async () => guard().then(() => [...keys.values()]),
      put: async (key, audit) => {
        await guard()
        keys.set(key.id, key)
        await commit('api-keys', audit)
      },
      remove: async (id, audit) => {
        await guard()
        keys.delete(id)
        await commit('api-keys', audit)
      },
    },
    sessions: {
      list: async () => guard().then(() => [...sessions.values()]),
      put: async (session) => {
        await guard()
        sessions.set(session.handle, session)
        await commit('sessions')
      },
      remove: async (handle) => {
        await guard()
        sessions.delete(handle)
        await commit('sessions')
      },
      async removeExpired(nowMs) {
        await guard()
        const expired = [...sessions.values()].filter(({ expiresAtMs }) => expiresAtMs <= nowMs)
        for (const { handle } of expired) sessions.delete(handle)
        if (expired.length > 0) await commit('sessions')
        return expired.map(({ handle }) => handle)
      },
    },
    watch(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    ping: guard,
    close: async () => {},
    [Symbol.asyncDispose]: async () => {},
  }
  return store
}
