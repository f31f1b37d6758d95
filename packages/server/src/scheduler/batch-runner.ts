/** Runs one batch from its parts to the answers of its jobs; every execution, and its event, passes here. */
import type { Tensor } from '@slipway/core'
import type { Clock } from '../contract/clock.ts'
import type { Observe } from '../contract/event.ts'
import type { Executor, ExecutorRun } from '../contract/executor.ts'
import type { DispatchReason } from '../contract/job.ts'
import { checkOutputs, cutOutputs, type Rows, unionOf } from './batch-outputs.ts'
import { close, type Entry, type Place } from './entry.ts'
import { concatRows } from './tensor-rows.ts'

export interface Batch {
  readonly reason: DispatchReason
  /** The jobs that are answered, and which rows are theirs; undefined: all there is. */
  readonly jobs: readonly { readonly entry: Entry; readonly rows: Rows | undefined }[]
  /** Inputs in the order of their rows. */
  readonly parts: readonly ReadonlyMap<string, Tensor>[]
  /** Copies of the last row that fill the batch up. */
  readonly padRows: number
  /** Rows of the execution, padding included; undefined: there is no batch dimension. */
  readonly rows: number | undefined
}

export interface RunnerOptions {
  readonly model: string
  readonly version: string
  readonly executor: Pick<Executor, 'run'>
  readonly observe: Observe
  readonly clock: Clock
  /** Lets the answers out, in order where that is wanted. */
  readonly release: () => (answer: () => void) => void
}

export interface BatchRunner {
  /** Jobs under way that nobody has given up. */
  readonly running: number
  /** Starts an execution at once; `onEnd` is called when it has ended and its jobs are answered. */
  run(batch: Batch, onEnd: () => void): void
}

interface Times {
  readonly dispatchedMs: number
  computeStartMs: number
  computeEndMs: number
}

export function createBatchRunner(options: RunnerOptions): BatchRunner {
  const { clock, release } = options
  let running = 0

  function run(batch: Batch, onEnd: () => void): void {
    const abort = aborter(batch)
    let left = batch.jobs.length
    running += left
    const place: Place = {
      leave() {
        running -= 1
        left -= 1
        if (left === 0) abort.abort?.()
      },
    }
    for (const { entry } of batch.jobs) entry.place = place
    const answerInOrder = release()
    const nowMs = clock.nowMs()
    const times: Times = { dispatchedMs: nowMs, computeStartMs: nowMs, computeEndMs: nowMs }
    const names = unionOf(batch.jobs.map(({ entry }) => entry.job.outputs))
    const settle = (results: Results) => {
      observeBatch(options, batch, times, results)
      answerInOrder(() => {
        running -= left
        left = 0
        answer(batch, times, results)
      })
      onEnd()
    }
    compute(options, batch, { outputs: names, signal: abort.signal }, times).then(
      (outputs) => {
        times.computeEndMs = clock.nowMs()
        settle(tryCut(options, batch, names, outputs))
      },
      (error: unknown) => {
        times.computeEndMs = clock.nowMs()
        settle({ error, endedMs: times.computeEndMs })
      },
    )
  }

  return {
    get running() {
      return running
    },
    run,
  }
}

interface Aborter {
  readonly signal: AbortSignal
  /** Absent where the signal is that of the only job, which ends for no other reason. */
  readonly abort?: () => void
}

/** Making a signal costs more than the rest of a job's way through the queue. */
function aborter({ jobs: [first, second] }: Batch): Aborter {
  if (first && !second && first.entry.job.deadlineMs === undefined) return { signal: first.entry.job.signal }
  const controller = new AbortController()
  return { signal: controller.signal, abort: () => controller.abort() }
}

type Results =
  | { readonly cuts: readonly ReadonlyMap<string, Tensor>[]; readonly endedMs: number }
  | { readonly error: unknown; readonly endedMs: number }

function compute(
  { executor, clock }: RunnerOptions,
  batch: Batch,
  run: ExecutorRun,
  times: Times,
): Promise<ReadonlyMap<string, Tensor>> {
  try {
    const inputs = assemble(batch)
    times.computeStartMs = clock.nowMs()
    return executor.run(inputs, run)
  } catch (error) {
    return Promise.reject(error)
  }
}

function tryCut(
  { model, clock }: RunnerOptions,
  batch: Batch,
  names: readonly string[],
  outputs: ReadonlyMap<string, Tensor>,
): Results {
  try {
    checkOutputs(model, names, outputs, batch.rows)
    const cuts = batch.jobs.map(({ entry, rows }) => cutOutputs(entry.job.outputs, outputs, rows))
    return { cuts, endedMs: clock.nowMs() }
  } catch (error) {
    return { error, endedMs: clock.nowMs() }
  }
}

function assemble({ parts, padRows }: Batch): ReadonlyMap<string, Tensor> {
  const first = parts[0]!
  if (parts.length === 1 && padRows === 0) return first
  const inputs = new Map<string, Tensor>()
  for (const name of first.keys()) {
    const tensors = parts.map((part) => part.get(name)!)
    inputs.set(name, concatRows(tensors, padRows))
  }
  return inputs
}

function answer({ jobs }: Batch, times: Times, results: Results): void {
  const batchSize = elementsOf(jobs)
  const { dispatchedMs, computeStartMs, computeEndMs } = times
  jobs.forEach(({ entry }, i) => {
    if (!close(entry)) return
    if ('error' in results) return entry.reject(results.error)
    const { queuedMs } = entry
    entry.resolve({
      outputs: results.cuts[i]!,
      times: { queuedMs, dispatchedMs, computeStartMs, computeEndMs, endedMs: results.endedMs },
      batchSize,
    })
  })
}

function observeBatch(
  { model, version, observe }: RunnerOptions,
  batch: Batch,
  times: Times,
  results: Results,
) {
  const elements = elementsOf(batch.jobs)
  observe({
    kind: 'batch',
    model,
    version,
    reason: batch.reason,
    requests: batch.jobs.length,
    elements,
    paddedElements: batch.rows === undefined ? 0 : batch.rows - elements,
    assemblyMs: times.computeStartMs - times.dispatchedMs,
    computeMs: times.computeEndMs - times.computeStartMs,
    outputMs: results.endedMs - times.computeEndMs,
    failed: 'error' in results,
  })
}

function elementsOf(jobs: Batch['jobs']): number {
  return jobs.reduce((sum, { entry }) => sum + entry.elements, 0)
}
