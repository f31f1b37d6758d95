import { SlipwayError } from '@slipway/core'
import type { Rollout } from '../contract/rollout.ts'
import type { Store, Versioned } from '../contract/store.ts'
import type { Row, Statements } from './database.ts'
import type { Access } from './open-store.ts'

/** Rollouts by model; a change of a revision that is no longer current is refused. */
export function rolloutTable(access: Access): Store['rollouts'] {
  return {
    list: async () =>
      (await access.query('SELECT revision, value FROM slipway_rollouts ORDER BY model')).map(readRow),
    put: (rollout, expected, audit) =>
      access.commit('rollouts', audit, async (statements) => {
        const { model } = rollout
        const value = JSON.stringify(rollout)
        const revision = expected + 1
        const touched =
          expected === 0
            ? await statements.change(
                'INSERT INTO slipway_rollouts (model, revision, value) VALUES (?, ?, ?) ON CONFLICT DO NOTHING',
                [model, revision, value],
              )
            : await statements.change(
                'UPDATE slipway_rollouts SET revision = ?, value = ? WHERE model = ? AND revision = ?',
                [revision, value, model, expected],
              )
        if (touched === 0) throw await conflict(statements, model, expected)
        return { revision, value: rollout }
      }),
    remove: (model, expected, audit) =>
      access.commit('rollouts', audit, async (statements) => {
        const sql = 'DELETE FROM slipway_rollouts WHERE model = ? AND revision = ?'
        const touched = await statements.change(sql, [model, expected])
        if (touched === 0) throw await conflict(statements, model, expected)
      }),
  }
}

/** JSON leaves out what is undefined. */
function readRow(row: Row): Versioned<Rollout> {
  const value = JSON.parse(String(row['value'])) as Rollout // written by put
  const { stickyKey, default: standard, shadow } = value
  return { revision: Number(row['revision']), value: { ...value, stickyKey, default: standard, shadow } }
}

async function conflict({ query }: Statements, model: string, expected: number): Promise<SlipwayError> {
  const [row] = await query('SELECT revision FROM slipway_rollouts WHERE model = ?', [model])
  const current = row ? Number(row['revision']) : 0
  return new SlipwayError(
    'SLP-R18',
    `Cannot change rollout of "${model}": its revision must be ${expected}, got ${current}`,
    { remedy: 'Read the rollout again and repeat the change.' },
  )
}
