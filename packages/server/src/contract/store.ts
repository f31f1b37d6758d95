/**
 * State that outlives the process and is shared by replicas. An acknowledged change is on the disk; a change made by
 * one replica is seen by the others within a second.
 */
import type { Rollout } from './rollout.ts'

/** A record with the number of its last change; `put` with a number that is no longer current is refused. */
export interface Versioned<T> {
  readonly revision: number
  readonly value: T
}

export interface AuditRecord {
  /** Milliseconds since the epoch. */
  readonly atMs: number
  readonly subject: string
  readonly action: string
  readonly target: string
  readonly detail: Readonly<Record<string, unknown>>
  readonly ok: boolean
}

export interface ApiKeyRecord {
  readonly id: string
  /** SHA-256 of the secret, in hexadecimal digits. */
  readonly hash: string
  readonly tenant: string
  readonly roles: readonly string[]
  readonly createdAtMs: number
  readonly expiresAtMs: number | undefined
}

export interface SessionRecord {
  readonly handle: string
  readonly model: string
  readonly version: string
  readonly device: string
  readonly tenant: string
  readonly expiresAtMs: number
}

/** What a change touched. */
export type StoreTopic = 'rollouts' | 'api-keys' | 'sessions'

/**
 * Every method throws SLP-R17 where the store cannot be reached. Changes of routing and their audit record are one
 * transaction.
 */
export interface Store extends AsyncDisposable {
  readonly rollouts: {
    list(): Promise<readonly Versioned<Rollout>[]>
    /** Throws SLP-R18 where `expected` is not the current revision; 0 means that there must be none. */
    put(rollout: Rollout, expected: number, audit: AuditRecord): Promise<Versioned<Rollout>>
    remove(model: string, expected: number, audit: AuditRecord): Promise<void>
  }
  readonly audit: {
    append(record: AuditRecord): Promise<void>
    /** Newest first. */
    list(options: {
      readonly limit: number
      readonly beforeId?: number
    }): Promise<readonly (AuditRecord & { readonly id: number })[]>
  }
  readonly apiKeys: {
    list(): Promise<readonly ApiKeyRecord[]>
    put(key: ApiKeyRecord, audit: AuditRecord): Promise<void>
    remove(id: string, audit: AuditRecord): Promise<void>
  }
  readonly sessions: {
    list(): Promise<readonly SessionRecord[]>
    put(session: SessionRecord): Promise<void>
    remove(handle: string): Promise<void>
    /** The handles of those that went. */
    removeExpired(nowMs: number): Promise<readonly string[]>
  }
  /**
   * Told of changes, those of other replicas included; the returned function ends it. A listener whose promise rejects
   * is told again. A change that is made here resolves once all listeners are done with it.
   */
  watch(listener: (topic: StoreTopic) => Promise<void> | undefined): () => void
  /** Resolves where the store answers. */
  ping(): Promise<void>
  close(): Promise<void>
}
