/** One queue in front of the instances of a model: a free instance takes the next batch, or waits for it to grow. */
import type { Clock } from '../contract/clock.ts'
import type { Job, JobResult, Scheduler } from '../contract/job.ts'
import { type Deferred, deferred } from '../executor/deferred.ts'
import type { Batch, BatchRunner } from './batch-runner.ts'
import { type Entry, giveUp, openEntry, type Place } from './entry.ts'
import { type BatchRules, formBatch } from './form-batch.ts'
import { createJobQueue, levelOf, type QueueRules } from './job-queue.ts'
import { elementsOf, shapeKeyOf } from './measure-job.ts'
import { timeoutOf } from './queue-policy.ts'
import { cancelled, deadlinePassed, stopping, timedOut } from './refusals.ts'
import { createTimetable, type Timetable } from './timetable.ts'

export interface BatchSchedulerOptions {
  readonly model: string
  /** 0: the model has no batch dimension. */
  readonly maxBatchSize: number
  readonly concurrency: number
  readonly batches: BatchRules
  readonly queue: QueueRules
  /** The size that a batch is filled up to. */
  readonly padTo: (elements: number) => number
  readonly runner: BatchRunner
  readonly clock: Clock
}

export function createBatchScheduler(options: BatchSchedulerOptions): Scheduler {
  const { model, concurrency, batches, runner, clock } = options
  const queue = createJobQueue(model, options.queue)
  const timetable: Timetable<Entry> = createTimetable(clock, onDue)
  const waiting: Place = {
    leave(entry) {
      queue.remove(entry)
      timetable.remove(entry)
      settleDrain()
    },
  }
  let busy = 0
  let stopWait: (() => void) | undefined
  let waitUntilMs = Number.POSITIVE_INFINITY
  let drained: Deferred<void> | undefined

  function submit(job: Job): Promise<JobResult> {
    return new Promise((resolve, reject) => {
      if (drained) throw stopping(model)
      const nowMs = clock.nowMs()
      // A timer may be late; what it would have removed must not count.
      timetable.sweep(nowMs)
      const entry = admit(job, nowMs, resolve, reject)
      timetable.set(entry, nextDue(entry))
      queue.add(entry)
      pump()
    })
  }

  /** Throws where the job cannot wait here at all. */
  function admit(job: Job, nowMs: number, resolve: Entry['resolve'], reject: Entry['reject']): Entry {
    if (job.signal.aborted) throw cancelled(model, job.signal)
    if (job.deadlineMs !== undefined && job.deadlineMs <= nowMs) throw deadlinePassed(model)
    const elements = elementsOf(model, job.inputs, options.maxBatchSize)
    const level = levelOf(model, job, options.queue)
    const expiresMs = nowMs + timeoutOf(model, job, options.queue.policyOf(level))
    queue.checkRoom(level)
    const shapeKey = batches.maxSize > 1 ? shapeKeyOf(job.inputs) : ''
    const place = waiting
    return openEntry({
      model,
      job,
      elements,
      shapeKey,
      level,
      queuedMs: nowMs,
      expiresMs,
      place,
      resolve,
      reject,
    })
  }

  function onDue(entry: Entry): void {
    const nowMs = clock.nowMs()
    if (nowMs >= (entry.job.deadlineMs ?? Number.POSITIVE_INFINITY)) giveUp(entry, deadlinePassed(model))
    else if (options.queue.policyOf(entry.level).onTimeout === 'reject') {
      giveUp(entry, timedOut(model, nowMs - entry.queuedMs))
    } else {
      entry.expiresMs = Number.POSITIVE_INFINITY
      queue.delay(entry)
      timetable.set(entry, nextDue(entry))
    }
  }

  function pump(): void {
    while (busy < concurrency && queue.size > 0) {
      const nowMs = clock.nowMs()
      timetable.sweep(nowMs)
      if (queue.size === 0) return
      const formed = formBatch(queue, batches, nowMs, drained !== undefined)
      if (formed.kind === 'wait') {
        wait(formed.untilMs, nowMs)
        return
      }
      dispatch(formed.jobs, formed.reason)
    }
  }

  /** A timer that is earlier than needed stays: it looks again. */
  function wait(untilMs: number, nowMs: number): void {
    if (untilMs >= waitUntilMs) return
    stopWait?.()
    waitUntilMs = untilMs
    stopWait = clock.setTimer(untilMs - nowMs, () => {
      waitUntilMs = Number.POSITIVE_INFINITY
      pump()
    })
  }

  function dispatch(count: number, reason: Batch['reason']): void {
    const entries: Entry[] = []
    for (let entry = queue.first; entry && entries.length < count; entry = queue.first) {
      queue.remove(entry)
      // From here on only its deadline can end it early.
      timetable.set(entry, entry.job.deadlineMs ?? Number.POSITIVE_INFINITY)
      entries.push(entry)
    }
    busy += 1
    runner.run(toBatch(entries, reason, options), () => {
      busy -= 1
      for (const entry of entries) timetable.remove(entry)
      pump()
      settleDrain()
    })
  }

  function settleDrain(): void {
    if (!drained || busy > 0 || queue.size > 0) return
    stopWait?.()
    drained.resolve()
  }

  return {
    submit,
    get pending() {
      return queue.size
    },
    get running() {
      return runner.running
    },
    drain() {
      drained ??= deferred<void>()
      pump()
      settleDrain()
      return drained.promise
    },
  }
}

/** When something happens to a job that waits. */
function nextDue({ job, expiresMs }: Entry): number {
  return Math.min(expiresMs, job.deadlineMs ?? Number.POSITIVE_INFINITY)
}

function toBatch(
  entries: readonly Entry[],
  reason: Batch['reason'],
  { maxBatchSize, padTo }: BatchSchedulerOptions,
): Batch {
  const parts = entries.map(({ job }) => job.inputs)
  if (maxBatchSize === 0) {
    return {
      reason,
      parts,
      padRows: 0,
      rows: undefined,
      jobs: entries.map((entry) => ({ entry, rows: undefined })),
    }
  }
  let elements = 0
  const jobs = entries.map((entry) => {
    const rows = { from: elements, count: entry.elements }
    elements += entry.elements
    return { entry, rows }
  })
  const rows = padTo(elements)
  return { reason, parts, jobs, padRows: rows - elements, rows }
}
