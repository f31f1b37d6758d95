/** Starts the server under test and ends it again, each by its own process. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { SlipwayError } from '@slipway/core'
import type { Started } from './start-up.ts'
import type { Target } from './target.ts'

export interface SpawnedServer extends Started {
  readonly pid: number
  stop(): Promise<void>
}

export interface SpawnOptions {
  /** A line for the shell. */
  readonly command: string
  readonly target: Pick<Target, 'live' | 'ready'>
  readonly timeoutMs: number
  readonly signal: AbortSignal
}

const pollMs = 10
const graceMs = 15_000

/** Resolves once the server is ready. Throws SLP-C1 where it ends before, or takes too long. */
export async function spawnServer({
  command,
  target,
  timeoutMs,
  signal,
}: SpawnOptions): Promise<SpawnedServer> {
  const startMs = performance.now()
  // With `exec` the process is the server itself and no shell, so that its memory and its end are the server's.
  const child = spawn('/bin/sh', ['-c', `exec ${command}`], { stdio: ['ignore', 'ignore', 'pipe'] })
  const complaint = tailOf(child)
  let failed: Error | undefined
  child.on('error', (error) => {
    failed = error
  })
  const waitFor = async (what: string, check: () => Promise<boolean>) => {
    while (!(await check())) {
      if (signal.aborted) throw new SlipwayError('SLP-S7', 'Cannot go on: the test was stopped')
      const state = stateOf(child, failed, performance.now() - startMs > timeoutMs)
      if (state !== undefined)
        throw new SlipwayError(
          'SLP-C1',
          `Cannot start the server: it must become ${what}, got ${state} ${complaint()}`,
        )
      await new Promise((resolve) => setTimeout(resolve, pollMs))
    }
    return performance.now() - startMs
  }
  try {
    const initMs = await waitFor('live', target.live)
    const readyMs = await waitFor('ready', target.ready)
    return { initMs, readyMs, pid: child.pid!, stop: () => stop(child) }
  } catch (error) {
    await stop(child)
    throw error
  }
}

function stateOf(child: ChildProcess, failed: Error | undefined, late: boolean): string | undefined {
  if (failed) return failed.message
  if (child.exitCode !== null || child.signalCode !== null)
    return `exit code ${child.exitCode ?? child.signalCode}`
  return late ? 'no answer in time' : undefined
}

const mostText = 2000

/** The end of what the process writes to its standard error. */
function tailOf(child: ChildProcess): () => string {
  let tail = ''
  child.stderr?.on('data', (chunk: Buffer) => {
    tail = (tail + chunk.toString()).slice(-mostText)
  })
  return () => tail.trim()
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'exit')
  child.kill('SIGTERM')
  const hard = setTimeout(() => child.kill('SIGKILL'), graceMs)
  await ended
  clearTimeout(hard)
}
