/** The messages between a program and its workers. Each worker has one graph and runs one request at a time. */
import type { Limits } from '../base/limits.ts'
import type { Value } from '../base/value.ts'
import type { Graph } from '../ir/graph.ts'
import type { NodeProfile } from './engine.ts'
import type { ErrorMessage } from './error-message.ts'

export interface PrepareMessage {
  readonly kind: 'prepare'
  readonly graph: Graph
  readonly limits: Limits | undefined
  /** One shared Int32: the id of the run to stop. Absent where the platform shares no memory. */
  readonly cancelled: Int32Array | undefined
}

export interface RunMessage {
  readonly kind: 'run'
  readonly id: number
  readonly inputs: ReadonlyMap<string, Value>
  readonly outputs: readonly string[]
  readonly seed: number | undefined
  readonly profile: boolean
  /** True: progress messages are wanted. */
  readonly progress: boolean
}

export type ToWorker = PrepareMessage | RunMessage

export interface ReadyMessage {
  readonly kind: 'ready'
}

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
}

export interface FailedMessage {
  readonly kind: 'failed'
  readonly id: number
  readonly error: ErrorMessage
}

export type FromWorker = ReadyMessage | ProgressMessage | DoneMessage | FailedMessage
