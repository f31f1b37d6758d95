/** A PostgreSQL of the test's own, where its programs are installed: a fresh cluster in a temporary folder. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import pg from 'pg'

export interface Postgres extends AsyncDisposable {
  readonly url: string
  /** Ends it at once, as a crash does; `start` brings it back with what it had acknowledged. */
  kill(): Promise<void>
  start(): Promise<void>
}

/** The folder of PostgreSQL's programs; undefined where none is installed. */
export function findPostgres(): string | undefined {
  const root = '/usr/lib/postgresql'
  const versions = existsSync(root) ? readdirSync(root).sort((a, b) => Number(b) - Number(a)) : []
  return versions.map((version) => join(root, version, 'bin')).find((bin) => existsSync(join(bin, 'initdb')))
}

export async function startPostgres(bin: string): Promise<Postgres> {
  const folder = mkdtempSync(join(tmpdir(), 'slipway-postgres-'))
  const asUser = unprivileged(folder)
  const port = await freePort()
  const data = join(folder, 'data')
  run(asUser(join(bin, 'initdb'), ['-D', data, '-U', 'slipway', '--auth=trust', '--no-sync']))
  let server: ChildProcess | undefined
  const url = `postgres://slipway@127.0.0.1:${port}/postgres`
  const start = async () => {
    const options = ['-D', data, '-h', '127.0.0.1', '-p', String(port), '-k', folder]
    const [command, args] = asUser(join(bin, 'postgres'), options)
    server = spawn(command, args, { stdio: 'ignore' })
    await answers(url)
  }
  const end = async (signal: NodeJS.Signals) => {
    if (!server || server.exitCode !== null || server.signalCode !== null) return
    const ended = new Promise((resolve) => server!.once('exit', resolve))
    server.kill(signal)
    await ended
  }
  await start()
  return {
    url,
    start,
    kill: () => end('SIGQUIT'),
    async [Symbol.asyncDispose]() {
      await end('SIGINT')
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

type Command = readonly [string, readonly string[]]

/** PostgreSQL refuses to run as root. */
function unprivileged(folder: string): (command: string, args: readonly string[]) => Command {
  if (process.getuid?.() !== 0) return (command, args) => [command, args]
  execFileSync('chown', ['postgres', folder])
  return (command, args) => [
    'setpriv',
    ['--reuid=postgres', '--regid=postgres', '--clear-groups', command, ...args],
  ]
}

function run([command, args]: Command): void {
  execFileSync(command, args, { stdio: ['ignore', 'ignore', 'pipe'], cwd: tmpdir() })
}

async function answers(url: string): Promise<void> {
  for (let tries = 0; ; tries++) {
    const client = new pg.Client({ connectionString: url })
    try {
      await client.connect()
      await client.end()
      return
    } catch (error) {
      if (tries === 300) throw error
      await wait(100)
    }
  }
}

/** A port that nobody listens on. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject).listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() =>
        address && typeof address === 'object' ? resolve(address.port) : reject(new Error('no port')),
      )
    })
  })
}
