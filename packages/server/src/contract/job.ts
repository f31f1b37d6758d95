/** One inference on its way through a model's scheduler, and what comes of it. */
import type { Tensor } from '@slipway/core'
import type { Parameters } from '../oip/parameters.ts'

export interface Job {
  readonly inputs: ReadonlyMap<string, Tensor>
  readonly outputs: readonly string[]
  /** `priority`, `timeout` in microseconds, `sequence_id`, `sequence_start` and `sequence_end` are the scheduler's. */
  readonly parameters: Parameters
  readonly signal: AbortSignal
  /** On the clock of `performance.now()`. */
  readonly deadlineMs: number | undefined
}

/** Why a batch left the queue when it did. */
export const dispatchReasons = ['full', 'preferred', 'delay', 'idle', 'shape-mismatch', 'single'] as const
export type DispatchReason = (typeof dispatchReasons)[number]

/** When a job passed each stage, on the clock of `performance.now()`; stages that it skipped take no time. */
export interface JobTimes {
  readonly queuedMs: number
  /** Taken from the queue; the batch is put together from here on. */
  readonly dispatchedMs: number
  readonly computeStartMs: number
  readonly computeEndMs: number
  /** Its part of the batch's outputs was cut out. */
  readonly endedMs: number
}

export interface JobResult {
  readonly outputs: ReadonlyMap<string, Tensor>
  readonly times: JobTimes
  /** Batch elements of the execution that this job was part of. */
  readonly batchSize: number
}

export interface Scheduler {
  /**
   * Queues a job and resolves with its outputs.
   *
   * @throws SLP-R11 where the queue is full, SLP-R12 once its timeout expires in the queue, SLP-R20 past its deadline,
   * SLP-R4 for parameters that break a rule, SLP-S7 once cancelled, and what the executor throws.
   */
  submit(job: Job): Promise<JobResult>
  /** Jobs in the queue. */
  readonly pending: number
  /** Jobs being executed. */
  readonly running: number
  /** Refuses new jobs with SLP-R7 and resolves once the queue is empty and nothing runs. */
  drain(): Promise<void>
}
