/**
 * Leases on versions. Who has a lease is kept in the store, so that it outlives the process; the version itself is
 * taken when the lease is first used here.
 */
import { randomBytes } from 'node:crypto'
import { SlipwayError } from '@slipway/core'
import { type Clock, systemClock } from '../contract/clock.ts'
import type { Models } from '../contract/models.ts'
import type { Principal } from '../contract/principal.ts'
import type { ServedVersion } from '../contract/served-version.ts'
import type { Lease, Sessions } from '../contract/sessions.ts'
import type { SessionRecord, Store } from '../contract/store.ts'
import { follow } from '../store/follow.ts'

export interface SessionsOptions {
  readonly models: Pick<Models, 'find'>
  readonly store: Pick<Store, 'sessions' | 'watch'>
  /** Most leases; 1000 unless given. */
  readonly mostSessions?: number | undefined
  /** Most bytes of the versions that leases hold, each version counted once; without bound unless given. */
  readonly mostBytes?: number | undefined
  /** How long a lease lasts that asks for no term; ten minutes unless given. */
  readonly leaseMs?: number | undefined
  /** Longest term that may be asked for; a day unless given. */
  readonly mostLeaseMs?: number | undefined
  readonly clock?: Clock | undefined
  readonly epochMs?: (() => number) | undefined
}

export interface OpenSessions extends Sessions {
  /** Lets go of a model's versions; its leases take a version anew when they are next used. */
  releaseModel(model: string): void
  /** Lets go of every version. The leases stay in the store. */
  end(): Promise<void>
}

interface Held {
  readonly served: ServedVersion
  release(): void
}

const defaults = { mostSessions: 1000, leaseMs: 600_000, mostLeaseMs: 86_400_000 }
const longestSweepMs = 30_000
const devices: readonly string[] = ['', 'cpu']

/** Throws SLP-R17 where the store cannot be reached. */
export async function openSessions(options: SessionsOptions): Promise<OpenSessions> {
  const { models, store, mostSessions = defaults.mostSessions, clock = systemClock } = options
  const { mostBytes = Number.POSITIVE_INFINITY, epochMs = Date.now } = options
  const { leaseMs: defaultLeaseMs = defaults.leaseMs, mostLeaseMs = defaults.mostLeaseMs } = options
  /** In the order of their last use, as far as they were used here. */
  const records = new Map<string, SessionRecord>()
  const held = new Map<string, Held>()
  /** Closed here, while the store may still list them. */
  const closed = new Set<string>()
  let isOver = false
  let stopTimer = () => {}

  const following = await follow(store, 'sessions', readAll)
  schedule()

  return {
    async open({ model, version, device, leaseMs }, { tenant }) {
      if (!devices.includes(device))
        throw new SlipwayError('SLP-R9', `Cannot open session: the device must be cpu, got ${quote(device)}`)
      const served = models.find(model, version)
      const record: SessionRecord = {
        handle: randomBytes(16).toString('hex'),
        model,
        version: served.version,
        device: 'cpu',
        tenant,
        expiresAtMs: epochMs() + termOf(leaseMs),
      }
      // From now on, so that an unload which comes before the store has answered does not wait for it.
      held.set(record.handle, { served, release: served.hold() })
      try {
        await store.sessions.put(record)
      } catch (error) {
        letGo(record.handle)
        throw error
      }
      records.set(record.handle, record)
      await evict(record.handle)
      return leaseOf(record, served)
    },
    modelOf: (handle, principal) => recordOf(handle, principal).model,
    use: (handle, principal) => {
      const record = recordOf(handle, principal)
      records.delete(handle)
      records.set(handle, record)
      return leaseOf(record, take(record))
    },
    async renew(handle, leaseMs, principal) {
      const record = { ...recordOf(handle, principal), expiresAtMs: epochMs() + termOf(leaseMs) }
      const served = take(record)
      await store.sessions.put(record)
      records.set(handle, record)
      return leaseOf(record, served)
    },
    async close(handle, principal) {
      recordOf(handle, principal)
      await remove(handle)
    },
    list: ({ tenant }) =>
      [...records.values()]
        .filter((record) => record.tenant === tenant && record.expiresAtMs > epochMs())
        .flatMap((record) => {
          const served = tryTake(record)
          return served ? [leaseOf(record, served)] : []
        }),
    releaseModel(model) {
      for (const [handle, { served }] of held) if (served.model === model) letGo(handle)
    },
    async end() {
      isOver = true
      stopTimer()
      following.stop()
      for (const handle of [...held.keys()]) letGo(handle)
    },
  }

  function termOf(leaseMs: number | undefined): number {
    if (leaseMs === undefined) return defaultLeaseMs
    if (Number.isFinite(leaseMs) && leaseMs > 0) return Math.min(leaseMs, mostLeaseMs)
    throw new SlipwayError('SLP-R4', `Cannot open session: its term must be above 0 ms, got ${leaseMs}`)
  }

  /** The same answer for one that is unknown, of somebody else, or over: nobody learns which. */
  function recordOf(handle: string, { tenant }: Principal): SessionRecord {
    const record = records.get(handle)
    if (record?.tenant === tenant && record.expiresAtMs > epochMs()) return record
    throw new SlipwayError('SLP-R16', `Cannot use session: its handle must be known, got ${quote(handle)}`)
  }

  function take(record: SessionRecord): ServedVersion {
    const known = held.get(record.handle)
    if (known) return known.served
    const served = models.find(record.model, record.version)
    held.set(record.handle, { served, release: served.hold() })
    return served
  }

  function tryTake(record: SessionRecord): ServedVersion | undefined {
    try {
      return take(record)
    } catch {
      return undefined
    }
  }

  function letGo(handle: string): void {
    held.get(handle)?.release()
    held.delete(handle)
  }

  async function remove(handle: string): Promise<void> {
    letGo(handle)
    records.delete(handle)
    closed.add(handle)
    await store.sessions.remove(handle)
  }

  /** The oldest leases go; the newest stays, however large it is. */
  async function evict(newest: string): Promise<void> {
    const removals: Promise<void>[] = []
    for (const handle of [...records.keys()]) {
      if (records.size <= mostSessions && heldBytes() <= mostBytes) break
      if (handle !== newest) removals.push(remove(handle))
    }
    await Promise.all(removals)
  }

  function heldBytes(): number {
    const versions = new Set([...held.values()].map(({ served }) => served))
    return [...versions].reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)
  }

  /** What the store has is right: other replicas open and close leases too. */
  async function readAll(): Promise<void> {
    // A lease that is opened meanwhile need not be among those that are listed.
    const before = [...records.keys()]
    const listed = await store.sessions.list()
    const known = new Set(listed.map(({ handle }) => handle))
    for (const handle of before) {
      if (known.has(handle)) continue
      letGo(handle)
      records.delete(handle)
    }
    for (const handle of closed) if (!known.has(handle)) closed.delete(handle)
    for (const record of listed) if (!closed.has(record.handle)) records.set(record.handle, record)
  }

  function schedule(): void {
    stopTimer = clock.setTimer(Math.min(defaultLeaseMs, longestSweepMs), () => {
      for (const [handle, { expiresAtMs }] of records) {
        if (expiresAtMs > epochMs()) continue
        letGo(handle)
        records.delete(handle)
      }
      store.sessions.removeExpired(epochMs()).catch(() => {}) // the next sweep tries again
      if (!isOver) schedule()
    })
  }
}

const leaseOf = ({ handle, device, expiresAtMs }: SessionRecord, served: ServedVersion): Lease => ({
  handle,
  device,
  expiresAtMs,
  served,
})

const quote = (text: string): string => JSON.stringify(text.slice(0, 200))
