/** Messages between the benchmark and the process of one contestant. */
import type { Tensor } from '@slipway/core'
import type { EngineName } from './engines/index.ts'

export type Command =
  | {
      readonly do: 'load'
      readonly engine: EngineName
      readonly path: string
      readonly threads: number
      readonly inputs: ReadonlyMap<string, Tensor>
    }
  | { readonly do: 'batch'; readonly runs: number }
  | { readonly do: 'gap'; readonly runs: number }
  | { readonly do: 'memory' }
  | { readonly do: 'roofline' }

/** Times of a fresh process, one after the other. */
export interface Phases {
  /** From the start of the process to its first line of code. */
  readonly startMs: number
  readonly importMs: number
  readonly readMs: number
  readonly createMs: number
  readonly firstRunMs: number
  readonly secondRunMs: number
}

export interface Loaded {
  readonly version: string
  readonly phases: Phases
  readonly outputs: ReadonlyMap<string, Tensor>
}

export interface Batch {
  /** Of each run, by the clock on the wall. */
  readonly times: readonly number[]
  /** Of all threads of the process, for an average run. */
  readonly cpuMs: number
}

export interface Memory {
  readonly peakBytes: number
  /** WebAssembly memory of the process, as far as its main thread made it. */
  readonly wasmBytes: number
}

export interface Peak {
  /** Of one thread. */
  readonly gflops: number
  /** True where one instruction multiplies and adds. */
  readonly fused: boolean
}

export interface Answers {
  readonly load: Loaded
  readonly batch: Batch
  /** For each run, the longest that a timer of 1 ms had to wait. */
  readonly gap: readonly number[]
  readonly memory: Memory
  readonly roofline: Peak
}

export type Answer = { readonly value: Answers[keyof Answers] } | { readonly error: string }
