/** SQLite in a file: the store of a single machine. Several processes may share the file. */
import { setTimeout as wait } from 'node:timers/promises'
import { type Client, createClient, LibsqlError, type Transaction } from '@libsql/client'
import type { Database, SqlValue, Statements } from './database.ts'

/** How often a change is tried again while another process writes, and how long each try waits. */
const busyTries = 100
const busyWaitMs = 20

type Attempt = <T>(act: () => Promise<T>) => Promise<T>

/** Opens or creates a database file; `:memory:` is one that ends with the process. */
export async function openSqlite(path: string): Promise<Database> {
  const isInMemory = path === ':memory:'
  const client = createClient({ url: isInMemory ? path : `file:${path}` })
  // Nobody else writes to what is in memory, and with another connection all of it would be gone.
  const attempt: Attempt = isInMemory ? (act) => act() : (act) => patiently(client, act)
  let last: Promise<unknown> = Promise.resolve()
  const inLine: Attempt = (act) => {
    const run = last.then(() => attempt(act))
    last = run.catch(() => {})
    return run
  }
  // What is in memory has one connection, which a transaction keeps for itself.
  const beside = isInMemory ? inLine : attempt
  const statements = statementsOf(client)
  // Readers go on while a writer commits. A commit waits for the disk, as SQLite does unless told otherwise.
  await attempt(() => client.execute('PRAGMA journal_mode = WAL'))
  const database: Database = {
    query: (sql, values) => beside(() => statements.query(sql, values)),
    change: (sql, values) => beside(() => statements.change(sql, values)),
    // One after the other: a connection has one transaction at a time.
    transaction: (act) => inLine(() => transact(client, act)),
    migrate: (schema) =>
      database.transaction(async ({ change }) => {
        for (const sql of schema) await change(sql)
      }),
    async close() {
      await last
      client.close()
    },
  }
  return database
}

async function transact<T>(client: Client, act: (statements: Statements) => Promise<T>): Promise<T> {
  const transaction = await client.transaction('write')
  try {
    const result = await act(statementsOf(transaction))
    await transaction.commit()
    return result
  } finally {
    // Rolls back what was not committed.
    transaction.close()
  }
}

function statementsOf(connection: Client | Transaction): Statements {
  const execute = (sql: string, values: readonly SqlValue[] = []) =>
    connection.execute({ sql, args: [...values] })
  return {
    query: async (sql, values) => (await execute(sql, values)).rows,
    change: async (sql, values) => (await execute(sql, values)).rowsAffected,
  }
}

/**
 * SQLite says at once that another process writes. A statement that was told so keeps its connection from ever
 * committing again, hence the new one.
 */
async function patiently<T>(client: Client, act: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await act()
    } catch (error) {
      const busy = error instanceof LibsqlError && /^SQLITE_(BUSY|LOCKED)|^CLIENT_CLOSED/.test(error.code)
      if (!busy || client.closed || tries === busyTries) throw error
      await wait(busyWaitMs)
      await client.reconnect()
    }
  }
}
