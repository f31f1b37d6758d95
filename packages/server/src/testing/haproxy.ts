/** HAProxy in front of replicas, where it is installed: checks of readiness, turn by turn, REST and gRPC. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { send } from './load.ts'
import { freePort } from './postgres.ts'
import { until } from './serve-process.ts'

export interface Replica {
  readonly name: string
  readonly port: number
  readonly grpcPort: number
}

export interface Haproxy extends AsyncDisposable {
  readonly url: string
  readonly grpcPort: number
  /** Whether it sends requests of both protocols to a replica. */
  sendsTo(name: string): Promise<boolean>
}

export const hasHaproxy = (): boolean => spawnSync('haproxy', ['-v']).status === 0

/** Nothing is sent twice: a request that a replica loses is lost. */
export async function startHaproxy(replicas: readonly Replica[]): Promise<Haproxy> {
  const folder = mkdtempSync(join(tmpdir(), 'slipway-haproxy-'))
  const [port, grpcPort, statsPort] = [await freePort(), await freePort(), await freePort()]
  const file = join(folder, 'haproxy.cfg')
  writeFileSync(file, configuration(replicas, { port, grpcPort, statsPort }))
  const child = spawn('haproxy', ['-db', '-q', '-f', file], { stdio: 'ignore' })
  const end = async () => {
    if (!isOver(child)) {
      const exit = once(child, 'exit')
      child.kill('SIGTERM')
      await exit
    }
    rmSync(folder, { recursive: true, force: true })
  }
  const url = `http://127.0.0.1:${port}`
  const sendsTo = async (name: string) => {
    const table = String((await send(`http://127.0.0.1:${statsPort}/;csv`)).body)
    const rows = table.split('\n').filter((line) => line.split(',')[1] === name)
    return rows.length === 2 && rows.every((line) => line.includes(',UP,'))
  }
  try {
    await until(async () => {
      if (isOver(child)) throw new Error('HAProxy ended')
      return sendsTo(replicas[0]!.name).catch(() => false)
    })
  } catch (error) {
    await end()
    throw error
  }
  return { url, grpcPort, sendsTo, [Symbol.asyncDispose]: end }
}

const isOver = ({ exitCode, signalCode }: ChildProcess) => exitCode !== null || signalCode !== null

interface Ports {
  readonly port: number
  readonly grpcPort: number
  readonly statsPort: number
}

function configuration(replicas: readonly Replica[], { port, grpcPort, statsPort }: Ports): string {
  const check = 'check inter 200ms fall 2 rise 2'
  return `
defaults
  mode http
  retries 0
  balance roundrobin
  timeout connect 5s
  timeout client 60s
  timeout server 60s
  timeout check 10s
  option httpchk GET /v2/health/ready

listen stats
  bind 127.0.0.1:${statsPort}
  stats enable
  stats uri /

frontend rest
  bind 127.0.0.1:${port}
  default_backend rest
backend rest
  http-response set-header x-replica %s
${replicas.map((one) => `  server ${one.name} 127.0.0.1:${one.port} ${check}`).join('\n')}

frontend grpc
  bind 127.0.0.1:${grpcPort} proto h2
  default_backend grpc
backend grpc
${replicas
  .map(
    (one) =>
      `  server ${one.name} 127.0.0.1:${one.grpcPort} proto h2 ${check} port ${one.port} check-proto h1`,
  )
  .join('\n')}
`
}
