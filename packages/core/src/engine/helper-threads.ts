/** Threads that help a worker with its runs: opened once it has memory to share, closed with it. */
import { platform } from '#platform'
import type { WorkerHandle } from '../platform/types.ts'
import type { AttachMessage, ModuleMessage, ToHelper } from './worker-protocol.ts'

export interface HelperThreads {
  /** Passes on what the worker has to tell them. */
  tell(message: AttachMessage | ModuleMessage): void
  close(): Promise<void>
}

export function openHelpers(count: number): HelperThreads {
  let threads: readonly WorkerHandle[] = []
  const open = (thread: number, message: AttachMessage): WorkerHandle => {
    // A helper that fails is missed by nobody: its worker does all tasks itself.
    const handle = platform.spawnWorker('wasm-helper', { onMessage: () => {}, onFailure: () => {} })
    handle.keepAlive(false)
    handle.post({ ...message, thread } satisfies ToHelper)
    return handle
  }
  return {
    tell(message) {
      if (message.kind === 'attach') threads = Array.from({ length: count }, (_, i) => open(i + 1, message))
      else for (const thread of threads) thread.post(message satisfies ToHelper)
    },
    async close() {
      await Promise.all(threads.map((thread) => thread.terminate()))
    },
  }
}
