/** Rollouts kept in the store and cached for the router, which must not wait. */
import { SlipwayError } from '@slipway/core'
import type { Observe } from '../contract/event.ts'
import type { Principal } from '../contract/principal.ts'
import type { Rollout } from '../contract/rollout.ts'
import type { Rollouts } from '../contract/rollouts.ts'
import type { AuditRecord, Store, Versioned } from '../contract/store.ts'
import { follow } from '../store/follow.ts'
import type { Breakers } from './breaker.ts'
import { type CompiledRollout, compileRollout } from './compile-rollout.ts'

export interface RolloutCache extends Rollouts {
  compiled(model: string): CompiledRollout | undefined
  close(): void
}

export interface RolloutOptions {
  readonly store: Pick<Store, 'rollouts' | 'watch'>
  readonly breakers: Breakers
  readonly observe: Observe
  /** Milliseconds since the epoch. */
  readonly nowMs?: () => number
}

interface Entry {
  readonly versioned: Versioned<Rollout>
  readonly compiled: CompiledRollout
}

/** Reads what the store has, and again after each change of any replica. Throws SLP-R17 where the store is down. */
export async function openRollouts(options: RolloutOptions): Promise<RolloutCache> {
  const { store, breakers, observe, nowMs = Date.now } = options
  let entries: ReadonlyMap<string, Entry> = new Map()
  // What was last read stays in force while the store is down.
  const following = await follow(store, 'rollouts', read)

  return {
    compiled: (model) => entries.get(model)?.compiled,
    list: () => [...entries.values()].map(({ versioned }) => versioned),
    get: (model) => entries.get(model)?.versioned,
    breakers: () => breakers.list(),
    async put(rollout, expected, principal) {
      const audit = auditOf(principal, 'rollout.put', rollout.model, { rollout, expected })
      const entry = await audited(audit, async () => {
        const compiled = compileRollout(rollout)
        return { compiled, versioned: await store.rollouts.put(rollout, expected, audit) }
      })
      await bringIntoForce(rollout.model, entry)
      return entry.versioned
    },
    async remove(model, expected, principal) {
      const audit = auditOf(principal, 'rollout.remove', model, { expected })
      await audited(audit, () => store.rollouts.remove(model, expected, audit))
      await bringIntoForce(model, undefined)
    },
    close: following.stop,
  }

  async function read(): Promise<void> {
    const found = await store.rollouts.list()
    entries = new Map(
      found.flatMap((versioned) => {
        try {
          const compiled = compileRollout(versioned.value)
          return [[versioned.value.model, { versioned, compiled }] as const]
        } catch (error) {
          if (!(error instanceof SlipwayError)) throw error
          const model = versioned.value.model
          const message = `rollout of ${model} is not in force: ${error.message}`
          observe({ kind: 'alert', severity: 'critical', message, model })
          return []
        }
      }),
    )
  }

  /** The change holds from now on, whether the store can be read or not. */
  async function bringIntoForce(model: string, entry: Entry | undefined): Promise<void> {
    try {
      await following.refresh()
    } catch {
      const others = [...entries].filter(([name]) => name !== model)
      entries = new Map(entry ? [...others, [model, entry]] : others)
    }
  }

  async function audited<T>(audit: AuditRecord, act: () => Promise<T>): Promise<T> {
    try {
      const result = await act()
      observe({ kind: 'audit', ...audit, stored: true })
      return result
    } catch (error) {
      observe({ kind: 'audit', ...audit, ok: false, stored: false })
      throw error
    }
  }

  function auditOf(
    { subject }: Principal,
    action: string,
    target: string,
    detail: Readonly<Record<string, unknown>>,
  ): AuditRecord {
    return { atMs: nowMs(), subject, action, target, detail, ok: true }
  }
}
