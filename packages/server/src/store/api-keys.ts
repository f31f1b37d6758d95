import type { Store } from '../contract/store.ts'
import type { Access } from './open-store.ts'

/** Keys of clients, as hashes. */
export function apiKeys(access: Access): Store['apiKeys'] {
  return {
    async list() {
      const rows = await access.query('SELECT * FROM slipway_api_keys ORDER BY id')
      return rows.map((row) => ({
        id: String(row['id']),
        hash: String(row['hash']),
        tenant: String(row['tenant']),
        roles: JSON.parse(String(row['roles'])) as string[], // written by put
        createdAtMs: Number(row['created_at_ms']),
        expiresAtMs: row['expires_at_ms'] === null ? undefined : Number(row['expires_at_ms']),
      }))
    },
    put: ({ id, hash, tenant, roles, createdAtMs, expiresAtMs = null }, audit) =>
      access.commit('api-keys', audit, async ({ change }) => {
        await change(
          `INSERT INTO slipway_api_keys (id, hash, tenant, roles, created_at_ms, expires_at_ms)
           VALUES (?, ?, ?, ?, ?, ?)
           ON CONFLICT (id) DO UPDATE SET hash = excluded.hash, tenant = excluded.tenant, roles = excluded.roles,
             created_at_ms = excluded.created_at_ms, expires_at_ms = excluded.expires_at_ms`,
          [id, hash, tenant, JSON.stringify(roles), createdAtMs, expiresAtMs],
        )
      }),
    remove: (id, audit) =>
      access.commit('api-keys', audit, async ({ change }) => {
        await change('DELETE FROM slipway_api_keys WHERE id = ?', [id])
      }),
  }
}
