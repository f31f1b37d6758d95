/**
 * The direct strategy: a sequence keeps its instance and its row in the batches of it. Rows between that have no step
 * ready are filled, so that every row stays where it is.
 */
import type { Tensor } from '@slipway/core'
import type { Clock } from '../contract/clock.ts'
import type { DispatchReason, Job } from '../contract/job.ts'
import type { Batch, BatchRunner } from './batch-runner.ts'
import { type Entry, giveUp, openEntry, type Place } from './entry.ts'
import type { Lane } from './lane.ts'
import { shapeKeyOf } from './measure-job.ts'
import { requestedTimeout } from './queue-policy.ts'
import { cancelled, deadlinePassed, timedOut } from './refusals.ts'
import { createTimetable } from './timetable.ts'

export interface SlotBatcherOptions {
  readonly model: string
  /** 0: the model has no batch dimension. */
  readonly maxBatchSize: number
  readonly concurrency: number
  /** How long the oldest step may wait for more of them; counts only where a utilisation is asked for. */
  readonly delayMs: number
  /** Part of the rows that is enough for a batch, 0 to 1. */
  readonly minimumUtilization: number
  /** Inputs of a row without a step, shaped like those of another. */
  readonly fill: (like: ReadonlyMap<string, Tensor>) => ReadonlyMap<string, Tensor>
  readonly runner: BatchRunner
  readonly clock: Clock
}

interface Instance {
  /** The step of each row that waits to run. */
  readonly rows: (Entry | undefined)[]
  readonly waiting: Place
  busy: boolean
  stopWait: (() => void) | undefined
}

export function createSlotBatcher(options: SlotBatcherOptions): Lane {
  const { model, maxBatchSize, concurrency, runner, clock } = options
  const width = Math.max(1, maxBatchSize)
  const timetable = createTimetable<Entry>(clock, (entry) => {
    const nowMs = clock.nowMs()
    const late = nowMs >= (entry.job.deadlineMs ?? Number.POSITIVE_INFINITY)
    giveUp(entry, late ? deadlinePassed(model) : timedOut(model, nowMs - entry.queuedMs))
  })
  const instances = Array.from({ length: concurrency }, openInstance)
  let pending = 0

  function openInstance(): Instance {
    const rows = new Array<Entry | undefined>(width).fill(undefined)
    const take = (entry: Entry) => {
      rows[rows.indexOf(entry)] = undefined
      timetable.remove(entry)
      pending -= 1
    }
    return { rows, waiting: { leave: take }, busy: false, stopWait: undefined }
  }

  function queue(slot: number, job: Job, resolve: Entry['resolve'], reject: Entry['reject']): void {
    const nowMs = clock.nowMs()
    if (job.signal.aborted) throw cancelled(model, job.signal)
    const instance = instances[slot % concurrency]!
    const expiresMs = nowMs + requestedTimeout(model, job)
    const shapeKey = shapeKeyOf(job.inputs)
    const { waiting: place } = instance
    const known = { elements: 1, level: 1, queuedMs: nowMs, expiresMs, shapeKey, place }
    const entry = openEntry({ model, job, resolve, reject, ...known })
    timetable.set(entry, Math.min(expiresMs, job.deadlineMs ?? Number.POSITIVE_INFINITY))
    instance.rows[Math.floor(slot / concurrency)] = entry
    pending += 1
    pump(instance)
  }

  function pump(instance: Instance): void {
    if (instance.busy) return
    timetable.sweep(clock.nowMs())
    const ready = instance.rows.filter((entry) => entry !== undefined)
    if (ready.length === 0) return
    const oldest = ready.reduce((a, b) => (b.queuedMs < a.queuedMs ? b : a))
    const enough = ready.length >= options.minimumUtilization * width
    const untilMs = oldest.queuedMs + options.delayMs
    instance.stopWait?.()
    instance.stopWait = undefined
    const leftMs = enough ? 0 : untilMs - clock.nowMs()
    if (leftMs <= 0) dispatch(instance, oldest, ready.length, enough)
    else instance.stopWait = clock.setTimer(leftMs, () => pump(instance))
  }

  function dispatch(instance: Instance, oldest: Entry, ready: number, enough: boolean): void {
    const taken = instance.rows.map((entry) => (entry?.shapeKey === oldest.shapeKey ? entry : undefined))
    const batch = toBatch(taken, oldest)
    const count = batch.jobs.length
    for (const { entry } of batch.jobs) {
      instance.waiting.leave(entry)
      timetable.set(entry, entry.job.deadlineMs ?? Number.POSITIVE_INFINITY)
    }
    instance.busy = true
    const reason = reasonOf(count, ready, enough)
    runner.run({ ...batch, reason }, () => {
      instance.busy = false
      for (const { entry } of batch.jobs) timetable.remove(entry)
      pump(instance)
    })
  }

  function toBatch(taken: readonly (Entry | undefined)[], oldest: Entry): Omit<Batch, 'reason'> {
    const used = taken.findLastIndex((entry) => entry !== undefined) + 1
    const rows = taken.slice(0, used)
    const parts = rows.map((entry) => entry?.job.inputs ?? options.fill(oldest.job.inputs))
    const jobs = rows.flatMap((entry, from) =>
      entry ? [{ entry, rows: maxBatchSize > 0 ? { from, count: 1 } : undefined }] : [],
    )
    return { parts, jobs, padRows: 0, rows: maxBatchSize > 0 ? used : undefined }
  }

  function reasonOf(taken: number, ready: number, enough: boolean): DispatchReason {
    if (width === 1) return 'single'
    if (taken === width) return 'full'
    if (taken < ready) return 'shape-mismatch'
    if (!enough) return 'delay'
    return options.minimumUtilization > 0 ? 'preferred' : 'idle'
  }

  return {
    slots: concurrency * width,
    get pending() {
      return pending
    },
    get running() {
      return runner.running
    },
    run: (slot, job) => new Promise((resolve, reject) => queue(slot, job, resolve, reject)),
  }
}
