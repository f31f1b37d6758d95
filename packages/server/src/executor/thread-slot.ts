/** A slot that is a worker thread. */
import { type MessagePort, Worker } from 'node:worker_threads'
import { fromErrorMessage, moveValues } from '@slipway/core/host'
import { deferred } from './deferred.ts'
import type {
  FromProgram,
  ModelDescription,
  ModelFile,
  OpenMessage,
  ProgramSettings,
  RunMessage,
} from './messages.ts'
import { pendingRuns } from './pending-runs.ts'
import { programFile } from './program-file.ts'
import { deathBy, type Slot, SlotDeath } from './slot.ts'

export interface ThreadSlotOptions {
  readonly file: ModelFile
  readonly settings: ProgramSettings
  /** The graph, where another thread has read it already. */
  readonly parcel?: MessagePort | undefined
  /** How many such parcels are wanted, and who gets them. */
  readonly parcels: number
  onParcels(lines: readonly MessagePort[]): void
}

export function openThreadSlot({ file, settings, parcel, parcels, onParcels }: ThreadSlotOptions): Slot {
  const cancelled = new Int32Array(new SharedArrayBuffer(4))
  const ready = deferred<ModelDescription>()
  const died = deferred<SlotDeath>()
  const runs = pendingRuns()
  let isOver = false
  // Flags of the process, such as --test or --input-type, are not meant for a worker.
  const worker = new Worker(programFile('run-worker'), { execArgv: [], name: 'slipway-run' })
  worker.on('message', receive)
  worker.on('messageerror', (error) => void end(deathBy(error)))
  worker.on('error', (error) => void end(deathBy(error)))
  worker.on('exit', (code) => void end(new SlotDeath(`it ended with exit code ${code}`)))
  const lines = parcel ? [parcel] : []
  worker.postMessage(
    { kind: 'open', file, settings, parcel, parcels, cancelled } satisfies OpenMessage,
    lines,
  )
  return {
    ready: ready.promise,
    died: died.promise,
    capacity: 1,
    get running() {
      return runs.count
    },
    get wasmBytes() {
      return runs.wasmBytes
    },
    run({ inputs, outputs, signal }) {
      const { values, transfer } = moveValues(inputs, { give: false })
      const { id, result } = runs.add(signal, stop)
      worker.ref()
      worker.postMessage({ kind: 'run', id, inputs: values, outputs } satisfies RunMessage, transfer)
      return result
    },
    async close(reason) {
      isOver = true
      ready.reject(reason)
      runs.failAll(reason)
      await worker.terminate()
    },
  }

  function receive(message: FromProgram): void {
    if (isOver) return
    switch (message.kind) {
      case 'ready':
        worker.unref()
        onParcels(message.parcels)
        ready.resolve(message.description)
        return
      case 'refused':
        ready.reject(fromErrorMessage(message.error))
        return
      case 'done':
      case 'failed':
        runs.settle(message)
        if (runs.count === 0) worker.unref()
        return
      default:
        message satisfies never
    }
  }

  /** A run that does not stop by itself is stopped with its thread. */
  function stop(id: number): void {
    Atomics.store(cancelled, 0, id)
    setTimeout(() => {
      if (runs.has(id)) void end(new SlotDeath('a cancelled run did not stop', { isDeliberate: true }))
    }, settings.graceMs)
  }

  async function end(death: SlotDeath): Promise<void> {
    if (isOver) return
    isOver = true
    runs.failAll(death)
    ready.reject(death)
    died.resolve(death)
    await worker.terminate()
  }
}
