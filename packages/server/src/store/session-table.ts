import type { SessionRecord, Store } from '../contract/store.ts'
import type { Row } from './database.ts'
import type { Access } from './open-store.ts'

/** Leases on versions of models. */
export function sessionTable(access: Access): Store['sessions'] {
  return {
    list: async () => (await access.query('SELECT * FROM slipway_sessions ORDER BY handle')).map(readRow),
    put: ({ handle, model, version, device, tenant, expiresAtMs }) =>
      access.commit('sessions', undefined, async ({ change }) => {
        await change(
          `INSERT INTO slipway_sessions (handle, model, version, device, tenant, expires_at_ms)
           VALUES (?, ?, ?, ?, ?, ?)
           ON CONFLICT (handle) DO UPDATE SET model = excluded.model, version = excluded.version,
             device = excluded.device, tenant = excluded.tenant, expires_at_ms = excluded.expires_at_ms`,
          [handle, model, version, device, tenant, expiresAtMs],
        )
      }),
    remove: (handle) =>
      access.commit('sessions', undefined, async ({ change }) => {
        await change('DELETE FROM slipway_sessions WHERE handle = ?', [handle])
      }),
    removeExpired: (nowMs) =>
      access.commit(
        'sessions',
        undefined,
        async ({ query }) => {
          const sql = 'DELETE FROM slipway_sessions WHERE expires_at_ms <= ? RETURNING handle'
          return (await query(sql, [nowMs])).map((row) => String(row['handle']))
        },
        (handles) => handles.length > 0,
      ),
  }
}

function readRow(row: Row): SessionRecord {
  return {
    handle: String(row['handle']),
    model: String(row['model']),
    version: String(row['version']),
    device: String(row['device']),
    tenant: String(row['tenant']),
    expiresAtMs: Number(row['expires_at_ms']),
  }
}
