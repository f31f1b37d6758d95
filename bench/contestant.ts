/** The parent's side of a contestant: a process of its own that answers one command at a time. */
import { type ChildProcess, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { Answer, Answers, Command } from './protocol.ts'

export interface ProcessOptions {
  /** The Node to run; this one unless given. */
  readonly node?: string | undefined
  /** Flags of that Node. */
  readonly flags: readonly string[]
}

export interface Contestant {
  /** Rejects where the process refuses, dies, or does not answer in time. */
  ask<K extends Command['do']>(command: Command & { do: K }, timeoutMs: number): Promise<Answers[K]>
  close(): void
}

export function openContestant({ node, flags }: ProcessOptions): Contestant {
  const child = fork(fileURLToPath(new URL('./contestant-main.js', import.meta.url)), {
    serialization: 'advanced',
    execArgv: [...flags],
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    ...(node && { execPath: node }),
  })
  let complaints = ''
  child.stderr?.on('data', (text: Buffer) => {
    complaints = (complaints + text).slice(-2000)
  })
  return {
    ask: async (command, timeoutMs) => {
      const reply = await exchange(child, command, timeoutMs, () => complaints)
      if ('error' in reply) throw new Error(reply.error)
      return reply.value as never // the contestant answers each command with its own kind of value
    },
    close: () => {
      child.kill('SIGKILL')
    },
  }
}

function exchange(
  child: ChildProcess,
  command: Command,
  timeoutMs: number,
  complaints: () => string,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const finish = (settle: () => void) => {
      clearTimeout(timer)
      child.off('message', onMessage).off('exit', onExit).off('error', onError)
      settle()
    }
    const fail = (reason: string) => finish(() => reject(new Error(reason)))
    const onMessage = (message: Answer) => finish(() => resolve(message))
    const onExit = () => fail(`the process ended: ${complaints().trim().split('\n').at(-1) ?? ''}`)
    const onError = ({ message }: Error) => fail(message)
    const timer = setTimeout(() => fail(`took over ${timeoutMs / 1000} s`), timeoutMs)
    child.on('message', onMessage).on('exit', onExit).on('error', onError)
    if (child.connected) child.send(command)
    else onExit()
  })
}
