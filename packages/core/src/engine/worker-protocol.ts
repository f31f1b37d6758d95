/** The messages between a program and its workers. Each worker has one graph and runs one request at a time. */
import type { Limits } from '../base/limits.ts'
import type { Value } from '../base/value.ts'
import type { Graph } from '../ir/graph.ts'
import type { Target } from '../kernel/target.ts'
import type { WasmMemory, WasmModule } from '../platform/web-assembly.ts'
import type { Fallback, NodeProfile, Revectorizer } from './engine.ts'
import type { ErrorMessage } from './error-message.ts'
import type { TensorPlace } from './wasm/held.ts'
import type { SharedMemory } from './wasm/machine.ts'

export interface PrepareMessage {
  readonly kind: 'prepare'
  readonly graph: Graph
  readonly limits: Limits | undefined
  /** One shared Int32: the id of the run to stop. Absent where the platform shares no memory. */
  readonly cancelled: Int32Array | undefined
  readonly settings: WorkerSettings
  /** The memory that all workers of a program use, if they do. */
  readonly shared: SharedMemory | undefined
}

/** What engines may be told besides the graph. */
export interface WorkerSettings {
  /** Threads that one run may use, the worker's own included. */
  readonly threads: number
  /** True: the same bits on every machine. */
  readonly deterministic: boolean
  /** True: pairs of vectors are joined where V8 can. */
  readonly revectorize: boolean
  readonly planBytes: number | undefined
  /** Outputs by the names of the inputs that take their values after each run. */
  readonly state?: ReadonlyMap<string, string> | undefined
  /** What the workers before compile for. */
  readonly target?: Target | undefined
}

export interface RunMessage {
  readonly kind: 'run'
  readonly id: number
  readonly inputs: ReadonlyMap<string, Value>
  /** Inputs that lie in the shared memory until the run has ended. */
  readonly placed: ReadonlyMap<string, TensorPlace>
  readonly outputs: readonly string[]
  /** Present: nothing runs; the inputs become state, and these values of the state are returned. */
  readonly exchange: readonly string[] | undefined
  readonly seed: number | undefined
  readonly profile: boolean
  /** True: other threads of the worker may help. */
  readonly helped: boolean
  /** True: progress messages are wanted. */
  readonly progress: boolean
}

export type ToWorker = PrepareMessage | RunMessage

export interface ReadyMessage {
  readonly kind: 'ready'
  readonly report?: WorkerReport | undefined
  /** What it compiles for. */
  readonly target?: Target | undefined
}

/** What a worker says of itself. */
export interface WorkerReport {
  readonly fallbacks: readonly Fallback[]
  readonly wasmBytes: number
  /** True: other workers have the same memory. */
  readonly sharesMemory: boolean
  readonly arenaBytes: number
  readonly arenaLowerBoundBytes: number
  readonly revectorizer: Revectorizer
}

/** The memory of a worker that other threads may help; sent once, before any module. */
export interface AttachMessage {
  readonly kind: 'attach'
  readonly memory: WasmMemory
  /** Address of the control block. */
  readonly block: number
}

/** Code that threads which help have to load. */
export interface ModuleMessage {
  readonly kind: 'module'
  readonly module: WasmModule
  readonly first: number
  readonly count: number
}

/** What a helping thread is sent. */
export type ToHelper = (AttachMessage & { readonly thread: number }) | ModuleMessage

export interface ProgressMessage {
  readonly kind: 'progress'
  readonly id: number
  /** Nodes of the main graph that have run. */
  readonly done: number
  readonly total: number
}

export interface DoneMessage {
  readonly kind: 'done'
  readonly id: number
  readonly outputs: ReadonlyMap<string, Value>
  readonly profile: readonly NodeProfile[] | undefined
  /** Present where it has changed. */
  readonly report?: WorkerReport | undefined
}

export interface FailedMessage {
  readonly kind: 'failed'
  readonly id: number
  readonly error: ErrorMessage
}

export type FromWorker =
  | ReadyMessage
  | ProgressMessage
  | DoneMessage
  | FailedMessage
  | AttachMessage
  | ModuleMessage
