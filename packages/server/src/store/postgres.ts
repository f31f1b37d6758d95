/** PostgreSQL: the store that replicas share. */
import pg from 'pg'
import type { Database, SqlValue, Statements } from './database.ts'

const connectionTimeoutMs = 5000
const statementTimeoutMs = 10_000
/** Any number that nobody else in the database locks. */
const migrationLock = 5_741_906

/** Opens a pool of connections to `postgres://user:password@host:port/database`. */
export function openPostgres(url: string): Database {
  const pool = new pg.Pool({
    connectionString: url,
    max: 8,
    connectionTimeoutMillis: connectionTimeoutMs,
    statement_timeout: statementTimeoutMs,
    keepAlive: true,
  })
  // A connection that breaks while nobody uses it is replaced; the next statement says so where the server is gone.
  pool.on('error', () => {})
  const transaction: Database['transaction'] = async (act) => {
    const client = await pool.connect()
    let broken = false
    try {
      await client.query('BEGIN')
      const result = await act(statementsOf(client))
      await client.query('COMMIT')
      return result
    } catch (error) {
      await client.query('ROLLBACK').catch(() => {
        broken = true
      })
      throw error
    } finally {
      client.release(broken)
    }
  }
  return {
    ...statementsOf(pool),
    transaction,
    migrate: (schema) =>
      transaction(async ({ query, change }) => {
        await query('SELECT pg_advisory_xact_lock(?)', [migrationLock])
        for (const sql of schema) await change(sql)
      }),
    close: () => pool.end(),
  }
}

function statementsOf(connection: pg.Pool | pg.PoolClient): Statements {
  const execute = (sql: string, values: readonly SqlValue[] = []) =>
    connection.query<Record<string, unknown>>(numbered(sql), [...values])
  return {
    query: async (sql, values) => (await execute(sql, values)).rows,
    change: async (sql, values) => (await execute(sql, values)).rowCount ?? 0,
  }
}

/** PostgreSQL numbers its placeholders. */
function numbered(sql: string): string {
  let count = 0
  return sql.replaceAll('?', () => `$${++count}`)
}
