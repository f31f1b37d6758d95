/**
 * What core asks of the machine it runs on: a clock, workers, and two figures about memory and processors.
 * Nothing else in core may know whether it runs in Node or in a browser.
 */

/** Modules that run in workers of their own; each platform knows where their built files lie. */
export type WorkerProgram = 'reference' | 'wasm' | 'wasm-helper'

/** The starting side of a worker. */
export interface WorkerHandle {
  /** Sends a structured clone of `message`; the listed buffers change owner instead of being copied. */
  post(message: unknown, transfer?: readonly ArrayBuffer[]): void
  /** Whether the worker keeps the process from ending. Workers start with `true`; browsers have no such thing. */
  keepAlive(on: boolean): void
  /** Stops the worker at once, in the middle of whatever it does. */
  terminate(): Promise<void>
}

export interface WorkerListeners {
  onMessage(message: unknown): void
  /** Called once, if the worker ends or fails without `terminate` having been called. */
  onFailure(reason: Error): void
}

/** The inner side: the worker's own end of the line. */
export interface WorkerPort {
  post(message: unknown, transfer?: readonly ArrayBuffer[]): void
  onMessage(listener: (message: unknown) => void): void
}

/** How V8 compiles WebAssembly from now on, in the whole process. */
export interface VectorSwitch {
  /** Pairs of 128-bit instructions become one of 256 bits where that can be done. */
  widen(isOn: boolean): void
  /** Functions are compiled well at once, instead of quickly first. */
  compileWell(isOn: boolean): void
}

export interface Platform {
  readonly name: 'node' | 'browser'
  /** Milliseconds of a clock that never goes back; the origin is arbitrary. */
  nowMs(): number
  spawnWorker(program: WorkerProgram, listeners: WorkerListeners): WorkerHandle
  /** The line to whoever started this worker. Call in a worker only. */
  openPort(): WorkerPort
  /** Bytes of memory the process occupies; undefined where the platform does not say. */
  residentBytes(): number | undefined
  /** Asks the JavaScript engine for relaxed SIMD where it has that behind a switch. Call only where it is missing. */
  requestRelaxedSimd(): void
  /** The switch of V8's re-vectoriser, or why there is none. */
  vectorSwitch(): VectorSwitch | string
  /** How many threads can usefully run at once; at least 1. */
  availableParallelism(): number
}
