/** Keys of clients: `slipway_<id>_<secret>`. The store has the secret's hash only. */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import type { Principal } from '../contract/principal.ts'
import type { ApiKeyRecord } from '../contract/store.ts'

const secretBytes = 32
const pattern = /^slipway_([a-z0-9-]{1,64})_([A-Za-z0-9_-]{43})$/

export interface NewKey {
  readonly record: ApiKeyRecord
  /** Shown once; nobody can read it again. */
  readonly key: string
}

export function isKeyId(id: string): boolean {
  return /^[a-z0-9-]{1,64}$/.test(id)
}

export function newApiKey(
  id: string,
  options: Pick<ApiKeyRecord, 'tenant' | 'roles' | 'createdAtMs' | 'expiresAtMs'>,
): NewKey {
  const secret = randomBytes(secretBytes).toString('base64url')
  return { record: { id, hash: hashOf(secret).toString('hex'), ...options }, key: `slipway_${id}_${secret}` }
}

export function looksLikeApiKey(text: string): boolean {
  return text.startsWith('slipway_')
}

/** Whose key a text is; undefined for a key that is unknown, wrong or expired. */
export function checkApiKey(
  text: string,
  keys: ReadonlyMap<string, ApiKeyRecord>,
  nowMs: number,
): Principal | undefined {
  const [, id = '', secret = ''] = pattern.exec(text) ?? []
  const record = keys.get(id)
  // An unknown key takes as long as a wrong one.
  const expected = Buffer.from(record?.hash ?? '00'.repeat(32), 'hex')
  const matches = timingSafeEqual(hashOf(secret), expected)
  if (!record || !matches) return undefined
  if (record.expiresAtMs !== undefined && record.expiresAtMs <= nowMs) return undefined
  return { tenant: record.tenant, subject: `key:${id}`, roles: record.roles, claims: new Map() }
}

function hashOf(secret: string): Buffer {
  return createHash('sha256').update(secret).digest()
}
