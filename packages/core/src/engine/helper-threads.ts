/** Threads that help a worker with its runs: opened once it has memory to share, closed with it. */
import { platform } from '#platform'
import type { WorkerHandle } from '../platform/types.ts'
import type { AttachMessage, ModuleMessage, ToHelper } from './worker-protocol.ts'

export interface HelperThreads {
  /** Those that are alive. */
  readonly count: number
  /** Passes on what the worker has to tell them. */
  tell(message: AttachMessage | ModuleMessage): void
  close(): Promise<void>
}

export function openHelpers(count: number): HelperThreads {
  const threads = new Set<WorkerHandle>()
  const open = (thread: number, message: AttachMessage): void => {
    // A helper that fails is missed by nobody: its worker does all tasks itself.
    const onFailure = () => void threads.delete(handle)
    const handle = platform.spawnWorker('wasm-helper', { onMessage: () => {}, onFailure })
    handle.keepAlive(false)
    handle.post({ ...message, thread } satisfies ToHelper)
    threads.add(handle)
  }
  return {
    get count() {
      return threads.size
    },
    tell(message) {
      if (message.kind === 'attach') for (let thread = 1; thread <= count; thread++) open(thread, message)
      else for (const thread of threads) thread.post(message satisfies ToHelper)
    },
    async close() {
      await Promise.all([...threads].map((thread) => thread.terminate()))
    },
  }
}
