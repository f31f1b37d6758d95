/** The platform of Node. */
import { statSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { setFlagsFromString } from 'node:v8'
import { parentPort, Worker } from 'node:worker_threads'
import type {
  Platform,
  VectorSwitch,
  WorkerHandle,
  WorkerListeners,
  WorkerPort,
  WorkerProgram,
} from './types.ts'

const programs: Readonly<Record<WorkerProgram, string>> = {
  reference: 'reference-worker.js',
  wasm: 'wasm-worker.js',
  'wasm-helper': 'wasm-helper-worker.js',
}

/** The program with all its modules in one file, which starts faster; the modules where they were built later. */
function fileOf(program: WorkerProgram): URL {
  const bundled = new URL(`../workers/${programs[program]}`, import.meta.url)
  const modifiedMs = (url: URL) => statSync(url, { throwIfNoEntry: false })?.mtimeMs
  const bundledMs = modifiedMs(bundled)
  const builtMs = modifiedMs(new URL('../../tsconfig.tsbuildinfo', import.meta.url))
  const isCurrent = bundledMs !== undefined && (builtMs === undefined || builtMs <= bundledMs)
  return isCurrent ? bundled : new URL(`../engine/${programs[program]}`, import.meta.url)
}

export const platform: Platform = {
  name: 'node',
  nowMs: () => performance.now(),
  spawnWorker,
  openPort,
  residentBytes: () => process.memoryUsage.rss(),
  // Node 20 has it behind this flag; later versions have no such flag and would print a warning.
  requestRelaxedSimd: () => setFlagsFromString('--experimental-wasm-relaxed-simd'),
  vectorSwitch,
  availableParallelism,
}

/** V8 prints a warning for flags that it was built without, so the build is asked. */
function vectorSwitch(): VectorSwitch | string {
  const variables: Readonly<Record<string, unknown>> = { ...process.config?.variables }
  if (variables['v8_enable_wasm_simd256_revec'] !== 1)
    return `V8 ${process.versions['v8']} was built without its re-vectoriser`
  const set = (flag: string, isOn: boolean) => setFlagsFromString(`--${isOn ? '' : 'no-'}${flag}`)
  return {
    widen: (isOn) => set('experimental-wasm-revectorize', isOn),
    compileWell: (isOn) => set('liftoff', !isOn),
  }
}

function spawnWorker(program: WorkerProgram, { onMessage, onFailure }: WorkerListeners): WorkerHandle {
  // Flags of the process, such as --test or --input-type, are not meant for a worker.
  const worker = new Worker(fileOf(program), { execArgv: [], name: `slipway-${program}` })
  let over = false
  const fail = (reason: Error) => {
    if (!over) onFailure(reason)
    over = true
  }
  worker.on('message', onMessage)
  worker.on('messageerror', fail)
  worker.on('error', fail)
  worker.on('exit', (code) => fail(new Error(`the worker ended with exit code ${code}`)))
  return {
    post: (message, transfer = []) => worker.postMessage(message, transfer),
    keepAlive: (on) => (on ? worker.ref() : worker.unref()),
    terminate: async () => {
      over = true
      await worker.terminate()
    },
  }
}

function openPort(): WorkerPort {
  const port = parentPort
  if (!port) throw new Error('Cannot open port: this code must run in a worker, got the main thread')
  return {
    post: (message, transfer = []) => port.postMessage(message, transfer),
    onMessage: (listener) => void port.on('message', listener),
  }
}
