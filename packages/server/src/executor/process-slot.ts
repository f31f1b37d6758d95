/** A slot that is a process: the system takes all its memory back when it ends, however it ends. */
import { type ChildProcess, fork } from 'node:child_process'
import { fromErrorMessage } from '@slipway/core/host'
import { deferred } from './deferred.ts'
import type { FromProgram, ModelDescription, ModelFile, ProgramSettings, ToProgram } from './messages.ts'
import { pendingRuns } from './pending-runs.ts'
import { programFile } from './program-file.ts'
import { deathBy, type Slot, SlotDeath } from './slot.ts'

export interface ProcessSlotOptions {
  readonly file: ModelFile
  readonly settings: ProgramSettings
  /** How long a process may take to end when it is asked to. */
  readonly closeMs?: number
}

export interface ProcessSlot extends Slot {
  readonly processId: number | undefined
}

export function openProcessSlot({ file, settings, closeMs = 2000 }: ProcessSlotOptions): ProcessSlot {
  const ready = deferred<ModelDescription>()
  const died = deferred<SlotDeath>()
  const gone = deferred<void>()
  const runs = pendingRuns()
  let isOver = false
  const child = fork(programFile('run-process'), {
    execArgv: [],
    serialization: 'advanced',
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  child.on('message', (message) => receive(message as FromProgram)) // only the program itself sends
  child.on('error', (error) => end(deathBy(error)))
  child.on('exit', (code, signal) => {
    gone.resolve()
    end(new SlotDeath(signal ? `it was ended by ${signal}` : `it ended with exit code ${code}`))
  })
  send({ kind: 'open', file, settings })
  return {
    processId: child.pid,
    ready: ready.promise,
    died: died.promise,
    capacity: settings.instances,
    get running() {
      return runs.count
    },
    get wasmBytes() {
      return runs.wasmBytes
    },
    run({ inputs, outputs, signal }) {
      const { id, result } = runs.add(signal, (aborted) => send({ kind: 'cancel', id: aborted }))
      keepAlive(child, true)
      send({ kind: 'run', id, inputs, outputs })
      return result
    },
    async close(reason) {
      const wasOver = isOver
      isOver = true
      ready.reject(reason)
      runs.failAll(reason)
      if (wasOver || child.pid === undefined) return
      send({ kind: 'close' })
      const timer = setTimeout(() => child.kill('SIGKILL'), closeMs)
      await gone.promise
      clearTimeout(timer)
    },
  }

  /** One that has gone cannot be told anything; that it has, comes as an event of its own. */
  function send(message: ToProgram): void {
    if (child.connected) child.send(message, () => {})
  }

  function receive(message: FromProgram): void {
    if (isOver) return
    switch (message.kind) {
      case 'ready':
        keepAlive(child, false)
        ready.resolve(message.description)
        return
      case 'refused':
        ready.reject(fromErrorMessage(message.error))
        return
      case 'done':
      case 'failed':
        runs.settle(message)
        if (runs.count === 0) keepAlive(child, false)
        return
      default:
        message satisfies never
    }
  }

  function end(death: SlotDeath): void {
    if (isOver) return
    isOver = true
    runs.failAll(death)
    ready.reject(death)
    died.resolve(death)
    child.kill('SIGKILL')
  }
}

/** Whether this process waits for the other one before it ends. */
function keepAlive(child: ChildProcess, on: boolean): void {
  if (on) {
    child.ref()
    child.channel?.ref()
  } else {
    child.unref()
    child.channel?.unref()
  }
}
