import { SlipwayError } from '@slipway/core'
import { type CommandArgs, defineCommand } from '../define-command.ts'
import { optionalWholeNumber } from '../io/option-values.ts'
import { stateOf } from '../io/serve-options.ts'
import type { Terminal } from '../io/terminal.ts'

type Library = typeof import('@slipway/server')
type Store = Awaited<ReturnType<Library['openStore']>>

const dayMs = 86_400_000

export const keys = defineCommand({
  name: 'keys',
  about: 'Makes, lists and removes keys of clients in the state of a server',
  arguments: [
    { name: '<action>', about: 'add, list or remove' },
    { name: '[id]', about: 'name of the key: small letters, digits and "-"' },
  ],
  options: [
    {
      flags: '--state <address>',
      about: 'SQLite file or postgres://…; DATABASE_URL, else slipway.db, unless given',
    },
    {
      flags: '--role <name>',
      about: 'admin, operator, viewer, client, probe, or a role of the server',
      repeatable: true,
    },
    { flags: '--tenant <name>', about: 'whose limits count; the id unless given' },
    { flags: '--days <count>', about: 'how long it is in force; for ever unless given' },
  ],
  examples: [
    'slipway keys add ops --role admin',
    'slipway keys add app --role client --tenant acme --days 90',
  ],
  async run(args, terminal) {
    const [action, id] = args.positional
    const library = await import('@slipway/server')
    const store = await library.openStore({ url: stateOf(args) })
    try {
      switch (action) {
        case 'list':
          await list(store, terminal)
          return 0
        case 'add':
          await add(store, idOf(id, library), args, terminal, library)
          return 0
        case 'remove':
          await remove(store, idOf(id, library), terminal)
          return 0
        default:
          throw new SlipwayError(
            'SLP-C1',
            `Cannot change keys: the action must be add, list or remove, got "${action}"`,
          )
      }
    } finally {
      await store.close()
    }
  },
})

function idOf(id: string | undefined, { isKeyId }: Library): string {
  if (id !== undefined && isKeyId(id)) return id
  const got = id === undefined ? 'none' : `"${id}"`
  throw new SlipwayError(
    'SLP-C1',
    `Cannot change key: its id must be small letters, digits and "-", got ${got}`,
  )
}

async function add(
  store: Store,
  id: string,
  args: CommandArgs,
  terminal: Terminal,
  { newApiKey }: Library,
): Promise<void> {
  const roles = args.list('role').length > 0 ? args.list('role') : ['client']
  const tenant = args.text('tenant') ?? id
  const createdAtMs = Date.now()
  const days = optionalWholeNumber(args, 'days', 1)
  const expiresAtMs = days === undefined ? undefined : createdAtMs + days * dayMs
  const { record, key } = newApiKey(id, { tenant, roles, createdAtMs, expiresAtMs })
  await store.apiKeys.put(record, auditOf('key.put', id, { tenant, roles, expiresAtMs }))
  terminal.print(key)
}

async function remove(store: Store, id: string, terminal: Terminal): Promise<void> {
  await store.apiKeys.remove(id, auditOf('key.remove', id, {}))
  terminal.print(`removed ${id}`)
}

async function list(store: Store, terminal: Terminal): Promise<void> {
  for (const { id, tenant, roles, expiresAtMs } of await store.apiKeys.list()) {
    const until = expiresAtMs === undefined ? 'for ever' : `until ${new Date(expiresAtMs).toISOString()}`
    terminal.print(`${id}  tenant ${tenant}  ${roles.join(', ')}  ${until}`)
  }
}

function auditOf(action: string, target: string, detail: Readonly<Record<string, unknown>>) {
  return { atMs: Date.now(), subject: 'command line', action, target, detail, ok: true }
}
