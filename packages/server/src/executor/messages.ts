/** What an executor and the program that runs its model in another thread or process tell each other. */
import type { MessagePort } from 'node:worker_threads'
import type { Limits, Tensor, Value } from '@slipway/core'
import type { ErrorMessage } from '@slipway/core/host'
import type { Signatures } from '../contract/served-version.ts'
import type { ServedTensor } from '../oip/served-tensor.ts'

/** A file of a model; external data lies beside it. */
export interface ModelFile {
  readonly path: string
  /** What the file was when it was first read: whoever reads it later must find the same. */
  readonly stamp?: FileStamp | undefined
}

export interface FileStamp {
  readonly sizeBytes: number
  readonly modifiedMs: number
}

export interface ProgramSettings {
  readonly limits?: Limits | undefined
  readonly deterministic?: boolean | undefined
  /** Threads of one run. */
  readonly threads: number
  /** Runs at the same time; of a process only. */
  readonly instances: number
  /** How long a cancelled run may take to stop by itself. */
  readonly graceMs: number
  /** How long a run may take to happen on the front thread; undefined: it is not to be tried. */
  readonly inlineMs?: number | undefined
}

/** What is known of a model once it is compiled. */
export interface ModelDescription {
  readonly inputs: readonly ServedTensor[]
  readonly outputs: readonly ServedTensor[]
  readonly signatures: Signatures
  readonly weightBytes: number
  readonly wasmBytes: number
  readonly stamp: FileStamp
  /** Elements of all inputs up to which a run is quick enough for the front thread; 0: never. */
  readonly inlineElements: number
}

export interface OpenMessage {
  readonly kind: 'open'
  readonly file: ModelFile
  readonly settings: ProgramSettings
  /** A line with the graph on it, which is then not read from the file. */
  readonly parcel?: MessagePort | undefined
  /** How many such lines for others are wanted. */
  readonly parcels?: number | undefined
  /** One shared Int32: the id of the run to stop. Absent between processes. */
  readonly cancelled?: Int32Array | undefined
}

export interface RunMessage {
  readonly kind: 'run'
  readonly id: number
  readonly inputs: ReadonlyMap<string, Value>
  readonly outputs: readonly string[]
}

export type ToProgram =
  | OpenMessage
  | RunMessage
  | { readonly kind: 'cancel'; readonly id: number }
  | { readonly kind: 'close' }

export interface ReadyMessage {
  readonly kind: 'ready'
  readonly description: ModelDescription
  readonly parcels: readonly MessagePort[]
}

export type FromProgram =
  | ReadyMessage
  /** The model cannot be opened; the program ends. */
  | { readonly kind: 'refused'; readonly error: ErrorMessage }
  | {
      readonly kind: 'done'
      readonly id: number
      readonly outputs: ReadonlyMap<string, Tensor>
      readonly wasmBytes: number
    }
  | { readonly kind: 'failed'; readonly id: number; readonly error: ErrorMessage }
