import type { AuditRecord, Store } from '../contract/store.ts'
import type { Statements } from './database.ts'

/** Who changed what; records are added and never changed. */
export function auditLog({ query, change }: Statements): Store['audit'] {
  return {
    async append({ atMs, subject, action, target, detail, ok }: AuditRecord) {
      await change(
        'INSERT INTO slipway_audit (at_ms, subject, action, target, detail, ok) VALUES (?, ?, ?, ?, ?, ?)',
        [atMs, subject, action, target, JSON.stringify(detail), ok ? 1 : 0],
      )
    },
    async list({ limit, beforeId = Number.MAX_SAFE_INTEGER }) {
      const rows = await query(
        `SELECT id, at_ms, subject, action, target, detail, ok FROM slipway_audit
         WHERE id < ? ORDER BY id DESC LIMIT ?`,
        [beforeId, limit],
      )
      return rows.map((row) => ({
        id: Number(row['id']),
        atMs: Number(row['at_ms']),
        subject: String(row['subject']),
        action: String(row['action']),
        target: String(row['target']),
        detail: JSON.parse(String(row['detail'])) as Record<string, unknown>, // written by append
        ok: Number(row['ok']) === 1,
      }))
    },
  }
}
