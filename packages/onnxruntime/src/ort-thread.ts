/** One thread with ONNX Runtime in it, as promises. */
import { Worker } from 'node:worker_threads'
import { SlipwayError } from '@slipway/core'
import { translateError } from './ort-errors.ts'
import type { Parcel, Reply, Request } from './ort-peer.ts'

export interface OrtThread {
  /** Opens a session and returns its number. */
  open(bytes: Uint8Array, options: object): Promise<number>
  run(session: number, inputs: readonly Parcel[], outputs: readonly string[]): Promise<readonly Parcel[]>
  /** Rejects what is under way and gives everything back. */
  close(): Promise<void>
}

/** Where the thread's own program lies: beside this module, or in `dist` where tests run the sources. */
const program = new URL(
  import.meta.url.endsWith('.ts') ? '../dist/ort-worker.js' : './ort-worker.js',
  import.meta.url,
)

/** `onDeath` is told where the thread ends by itself. */
export function openThread(entry: string, onDeath: (error: SlipwayError) => void): OrtThread {
  const worker = new Worker(program, { workerData: { entry } })
  const pending = new Map<number, Waiting>()
  let nextId = 0
  let closing = false
  worker.on('message', (reply: Reply) => {
    const waiting = pending.get(reply.id)
    pending.delete(reply.id)
    if (reply.ok) waiting?.resolve(reply.outputs)
    else waiting?.reject(translateError(reply.thrown, waiting.doing))
    if (pending.size === 0) worker.unref()
  })
  const die = (reason: string) => {
    const error = new SlipwayError(
      'SLP-S8',
      `Cannot run: the thread of ONNX Runtime must live, got ${reason}`,
    )
    for (const { reject } of pending.values()) reject(error)
    pending.clear()
    if (!closing) onDeath(error)
  }
  worker.on('error', (error) => die(String(error)))
  worker.on('exit', (code) => die(`exit code ${code}`))
  const ask = (request: DistributiveOmit<Request, 'id'>, doing: string) => {
    const id = nextId++
    const done = new Promise<readonly Parcel[]>((resolve, reject) => {
      pending.set(id, { doing, resolve, reject })
    })
    worker.ref()
    worker.postMessage({ ...request, id })
    return { id, done }
  }
  return {
    async open(bytes, options) {
      const { id, done } = ask({ kind: 'open', bytes, options }, 'open model')
      await done
      return id
    },
    run: (session, inputs, outputs) => ask({ kind: 'run', session, inputs, outputs }, 'run model').done,
    async close() {
      closing = true
      if (pending.size === 0) await ask({ kind: 'close' }, 'close session').done.catch(() => {})
      await worker.terminate()
    },
  }
}

type DistributiveOmit<T, K extends string> = T extends unknown ? Omit<T, K> : never

interface Waiting {
  /** What an error message says could not be done. */
  readonly doing: string
  resolve(outputs: readonly Parcel[]): void
  reject(error: SlipwayError): void
}
