/** `slipway serve` as a process of its own, which a test may stop, kill and start again. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

export interface ServeProcess extends AsyncDisposable {
  readonly url: string
  readonly grpcPort: number
  readonly pid: number
  /** How it ended: an exit code or the name of a signal; undefined while it runs. */
  readonly ended: number | NodeJS.Signals | undefined
  /** Sends a signal and waits for the end. */
  end(signal: NodeJS.Signals): Promise<number | NodeJS.Signals>
}

const program = fileURLToPath(new URL('../../../cli/bin/slipway.js', import.meta.url))

/** Nothing is in front of these servers that would have to notice their end. */
const quick = ['--port', '0', '--drain-delay', '0']

/** Starts it on free ports unless the options say otherwise, and waits until all models are ready. */
export async function startServe(root: string, options: readonly string[] = []): Promise<ServeProcess> {
  // Of an option that stands there twice the last counts.
  const child = spawn(process.execPath, [program, 'serve', root, ...quick, ...options], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let text = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => {
      text += chunk
    })
  }
  const end = async (signal: NodeJS.Signals) => {
    const ended = endOf(child)
    if (ended !== undefined) return ended
    const exit = once(child, 'exit')
    child.kill(signal)
    await exit
    return endOf(child)!
  }
  const port = (pattern: RegExp) => pattern.exec(text)?.[1]
  try {
    await until(() => {
      if (endOf(child) !== undefined) throw new Error(`the server ended: ${text}`)
      return port(/gRPC on .*:(\d+)/) !== undefined
    })
    const url = port(/listening on (\S+)/)!
    await until(async () => (await fetch(`${url}/v2/health/ready`)).ok)
    return {
      url,
      grpcPort: Number(port(/gRPC on .*:(\d+)/)),
      pid: child.pid!,
      get ended() {
        return endOf(child)
      },
      end,
      [Symbol.asyncDispose]: async () => void (await end('SIGKILL')),
    }
  } catch (error) {
    await end('SIGKILL')
    throw error
  }
}

const endOf = (child: ChildProcess): number | NodeJS.Signals | undefined =>
  child.exitCode ?? child.signalCode ?? undefined

/** For what takes seconds on a machine of its own and minutes on a busy one: only what hangs takes longer. */
export const patienceMs = 300_000
const lookMs = 20

/** Waits until something holds; gives up after minutes. */
export async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  const startMs = performance.now()
  while (!(await holds())) {
    if (performance.now() - startMs > patienceMs) throw new Error(`in vain: ${holds}`)
    await wait(lookMs)
  }
}

/** Bytes of memory that a process has resident. */
export function residentBytes(pid: number): number {
  const [, kibibytes] = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
  return Number(kibibytes) * 1024
}

/** The processes that a process has started. */
export function childrenOf(pid: number): number[] {
  const text = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim()
  return text === '' ? [] : text.split(' ').map(Number)
}
