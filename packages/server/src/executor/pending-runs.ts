/** Runs that a program has been asked for and has not yet answered. */
import { SlipwayError, type Tensor } from '@slipway/core'
import { cancelledError, fromErrorMessage } from '@slipway/core/host'
import type { FromProgram } from './messages.ts'

export interface PendingRuns {
  readonly count: number
  /** Bytes of WebAssembly, as last heard. */
  readonly wasmBytes: number
  /** A new run; `onAbort` is called where its signal aborts before it ends. */
  add(signal: AbortSignal, onAbort: (id: number) => void): { readonly id: number; readonly result: Outputs }
  /** True while the run is under way. */
  has(id: number): boolean
  settle(message: Extract<FromProgram, { kind: 'done' | 'failed' }>): void
  failAll(reason: Error): void
}

type Outputs = Promise<ReadonlyMap<string, Tensor>>

interface Entry {
  resolve(outputs: ReadonlyMap<string, Tensor>): void
  reject(error: Error): void
  readonly signal: AbortSignal
  release(): void
}

export function pendingRuns(): PendingRuns {
  const entries = new Map<number, Entry>()
  let lastId = 0
  let wasmBytes = 0
  const take = (id: number): Entry | undefined => {
    const entry = entries.get(id)
    entries.delete(id)
    entry?.release()
    return entry
  }
  return {
    get count() {
      return entries.size
    },
    get wasmBytes() {
      return wasmBytes
    },
    add(signal, onAbort) {
      lastId += 1
      const id = lastId
      const result: Outputs = new Promise((resolve, reject) => {
        const abort = () => onAbort(id)
        signal.addEventListener('abort', abort, { once: true })
        const release = () => signal.removeEventListener('abort', abort)
        entries.set(id, { resolve, reject, signal, release })
      })
      return { id, result }
    },
    has: (id) => entries.has(id),
    settle(message) {
      if (message.kind === 'done') wasmBytes = message.wasmBytes
      const entry = take(message.id)
      if (!entry) return
      if (entry.signal.aborted) entry.reject(cancelledError(entry.signal))
      else if (message.kind === 'done') entry.resolve(message.outputs)
      else entry.reject(engineError(fromErrorMessage(message.error)))
    },
    failAll(reason) {
      for (const id of [...entries.keys()]) {
        const entry = take(id)
        entry?.reject(entry.signal.aborted ? cancelledError(entry.signal) : reason)
      }
    },
  }
}

/** Errors of the model's own making keep their code; anything else is the engine's fault. */
export function engineError(error: unknown): SlipwayError {
  if (error instanceof SlipwayError) return error
  const text = error instanceof Error ? error.message : String(error)
  return new SlipwayError('SLP-S8', `Cannot finish run: the engine failed with "${text}"`, { cause: error })
}
