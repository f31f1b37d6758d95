/** The platform of browsers. */
import type { Platform, WorkerHandle, WorkerListeners, WorkerPort, WorkerProgram } from './types.ts'

// Bundlers find a worker's file by this very expression, so it is spelt out for each program.
const programs: Readonly<Record<WorkerProgram, () => Worker>> = {
  reference: () => new Worker(new URL('../engine/reference-worker.js', import.meta.url), { type: 'module' }),
  wasm: () => new Worker(new URL('../engine/wasm-worker.js', import.meta.url), { type: 'module' }),
  'wasm-helper': () =>
    new Worker(new URL('../engine/wasm-helper-worker.js', import.meta.url), { type: 'module' }),
}

export const platform: Platform = {
  name: 'browser',
  nowMs: () => performance.now(),
  spawnWorker,
  openPort,
  residentBytes: () => undefined,
  requestRelaxedSimd: () => {},
  vectorSwitch: () => 'pages cannot set flags of their browser',
  availableParallelism: () => navigator.hardwareConcurrency || 1,
}

function spawnWorker(program: WorkerProgram, { onMessage, onFailure }: WorkerListeners): WorkerHandle {
  const worker = programs[program]()
  let over = false
  const fail = (reason: Error) => {
    if (!over) onFailure(reason)
    over = true
    // A browser's worker lives on after an uncaught error.
    worker.terminate()
  }
  worker.addEventListener('message', ({ data }) => onMessage(data))
  worker.addEventListener('messageerror', () => fail(new Error('a message could not be read')))
  worker.addEventListener('error', ({ message }) =>
    fail(new Error(message || 'the worker could not be loaded')),
  )
  return {
    post: (message, transfer = []) => worker.postMessage(message, [...transfer]),
    keepAlive: () => {},
    terminate: async () => {
      over = true
      worker.terminate()
    },
  }
}

function openPort(): WorkerPort {
  const scope = globalThis as typeof globalThis & Pick<Worker, 'postMessage'> // a worker's scope posts as a Worker does
  return {
    post: (message, transfer = []) => scope.postMessage(message, [...transfer]),
    onMessage: (listener) => scope.addEventListener('message', ({ data }: MessageEvent) => listener(data)),
  }
}
