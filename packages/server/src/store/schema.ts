/** The tables, in words that both databases understand. Times are milliseconds since the epoch. */
import type { StoreTopic } from '../contract/store.ts'

export const topics = ['rollouts', 'api-keys', 'sessions'] as const satisfies readonly StoreTopic[]

/** Each statement may run again on a database that has it already. */
export function schemaFor(dialect: 'sqlite' | 'postgres'): readonly string[] {
  const id = dialect === 'sqlite' ? 'INTEGER PRIMARY KEY AUTOINCREMENT' : 'BIGSERIAL PRIMARY KEY'
  return [
    `CREATE TABLE IF NOT EXISTS slipway_rollouts (
       model TEXT PRIMARY KEY, revision BIGINT NOT NULL, value TEXT NOT NULL)`,
    `CREATE TABLE IF NOT EXISTS slipway_audit (
       id ${id}, at_ms BIGINT NOT NULL, subject TEXT NOT NULL, action TEXT NOT NULL,
       target TEXT NOT NULL, detail TEXT NOT NULL, ok INTEGER NOT NULL)`,
    `CREATE TABLE IF NOT EXISTS slipway_api_keys (
       id TEXT PRIMARY KEY, hash TEXT NOT NULL, tenant TEXT NOT NULL, roles TEXT NOT NULL,
       created_at_ms BIGINT NOT NULL, expires_at_ms BIGINT)`,
    `CREATE TABLE IF NOT EXISTS slipway_sessions (
       handle TEXT PRIMARY KEY, model TEXT NOT NULL, version TEXT NOT NULL, device TEXT NOT NULL,
       tenant TEXT NOT NULL, expires_at_ms BIGINT NOT NULL)`,
    'CREATE TABLE IF NOT EXISTS slipway_changes (topic TEXT PRIMARY KEY, revision BIGINT NOT NULL)',
    ...topics.map(
      (topic) =>
        `INSERT INTO slipway_changes (topic, revision) VALUES ('${topic}', 0) ON CONFLICT DO NOTHING`,
    ),
  ]
}
