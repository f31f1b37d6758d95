/**
 * What runs one version of one model: isolated from the server's own thread, replaced when it dies. The scheduler
 * never has more runs under way than `concurrency`.
 */
import type { Tensor } from '@slipway/core'
import type { ServedTensor } from '../oip/served-tensor.ts'

export interface ExecutorRun {
  /** Names of the values to return. */
  readonly outputs: readonly string[]
  readonly signal: AbortSignal
}

export interface ExecutorReport {
  readonly weightBytes: number
  readonly wasmBytes: number
  readonly running: number
  /** How often a dead worker or process was replaced. */
  readonly restarts: number
}

export interface Executor {
  readonly inputs: readonly ServedTensor[]
  /** Outputs that the protocol can carry; sequences and maps are left out. */
  readonly outputs: readonly ServedTensor[]
  readonly concurrency: number
  /**
   * Runs the model once; the inputs' memory is taken over.
   *
   * @throws SLP-S7 once cancelled, SLP-S8 where the executor died twice over the same run, and what operators refuse.
   */
  run(inputs: ReadonlyMap<string, Tensor>, run: ExecutorRun): Promise<ReadonlyMap<string, Tensor>>
  report(): ExecutorReport
  /** Stops every run and gives all memory back. May be called twice. */
  dispose(): Promise<void>
}
