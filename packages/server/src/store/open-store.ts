/** The store over a database of either kind. */
import { SlipwayError } from '@slipway/core'
import type { AuditRecord, Store, StoreTopic } from '../contract/store.ts'
import { apiKeys } from './api-keys.ts'
import { auditLog } from './audit-log.ts'
import type { Database, Statements } from './database.ts'
import { openPostgres } from './postgres.ts'
import { rolloutTable } from './rollout-table.ts'
import { schemaFor } from './schema.ts'
import { sessionTable } from './session-table.ts'
import { openSqlite } from './sqlite.ts'
import { type Changes, watchChanges } from './watch-changes.ts'

export interface StoreOptions {
  /** `postgres://…`, or the path of a SQLite file; `:memory:` for one that ends with the process. */
  readonly url: string
  /** How often changes of other replicas are looked for; 300 unless given. */
  readonly pollMs?: number
}

/** What the tables use: statements whose errors have a code. */
export interface Access extends Statements {
  /** A change of one topic with its audit record; watchers learn of it unless it turns out to change nothing. */
  commit<T>(
    topic: StoreTopic,
    audit: AuditRecord | undefined,
    act: (statements: Statements) => Promise<T>,
    isChange?: (result: T) => boolean,
  ): Promise<T>
}

const defaultPollMs = 300

/**
 * Opens the store, and makes its tables where they are missing.
 *
 * @throws SLP-R17 where the database cannot be reached.
 */
export async function openStore({ url, pollMs = defaultPollMs }: StoreOptions): Promise<Store> {
  const isPostgres = /^postgres(ql)?:\/\//.test(url)
  const database = await guarded(async () => {
    const opened = isPostgres ? openPostgres(url) : await openSqlite(url)
    try {
      await opened.migrate(schemaFor(isPostgres ? 'postgres' : 'sqlite'))
      return opened
    } catch (error) {
      await opened.close()
      throw error
    }
  })
  const statements = withCodes(database)
  const changes = await watchChanges(statements, pollMs)
  const access: Access = { ...statements, commit: committer(database, changes) }
  const close = async () => {
    changes.close()
    await database.close()
  }
  return {
    rollouts: rolloutTable(access),
    audit: auditLog(access),
    apiKeys: apiKeys(access),
    sessions: sessionTable(access),
    watch: changes.watch,
    ping: async () => void (await access.query('SELECT 1')),
    close,
    [Symbol.asyncDispose]: close,
  }
}

function withCodes({ query, change }: Statements): Statements {
  return {
    query: (sql, values) => guarded(() => query(sql, values)),
    change: (sql, values) => guarded(() => change(sql, values)),
  }
}

function committer(database: Database, changes: Changes): Access['commit'] {
  return async (topic, audit, act, isChange = () => true) => {
    const { result, revision } = await guarded(() =>
      database.transaction(async (statements) => {
        const result = await act(statements)
        if (audit) await auditLog(statements).append(audit)
        return { result, revision: isChange(result) ? await advance(statements, topic) : undefined }
      }),
    )
    if (revision !== undefined) await changes.committed(topic, revision)
    return result
  }
}

async function advance({ query }: Statements, topic: StoreTopic): Promise<number> {
  const sql = 'UPDATE slipway_changes SET revision = revision + 1 WHERE topic = ? RETURNING revision'
  const [row] = await query(sql, [topic])
  return Number(row?.['revision'])
}

/** Errors of the driver may name hosts and paths, so they are the cause only. */
async function guarded<T>(act: () => Promise<T>): Promise<T> {
  try {
    return await act()
  } catch (cause) {
    if (cause instanceof SlipwayError) throw cause
    throw new SlipwayError('SLP-R17', 'Cannot use the state store: its database must answer, got an error', {
      cause,
    })
  }
}
