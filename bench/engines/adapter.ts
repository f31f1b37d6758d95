/** What the benchmark asks of an engine under measurement. Adapters load their peer only when they are asked to. */
import type { Tensor } from '@slipway/core'

export type Tensors = ReadonlyMap<string, Tensor>

export interface CreateOptions {
  readonly threads: number
}

/** A model with its inputs bound: each run copies them in and the outputs out, as a caller would. */
export interface Runner {
  run(): Promise<Tensors>
  /** Bytes of WebAssembly memory, where the engine itself says so. */
  wasmBytes?(): number | undefined
}

export interface LoadedEngine {
  readonly version: string
  create(bytes: Uint8Array, inputs: Tensors, options: CreateOptions): Promise<Runner>
}

export interface EngineAdapter {
  /** Why the engine cannot run with so many threads; undefined where it can. */
  refuses?(threads: number): string | undefined
  /** Imports the engine's code: the first phase of a cold start. Throws where it is not installed. */
  load(): Promise<LoadedEngine>
}
