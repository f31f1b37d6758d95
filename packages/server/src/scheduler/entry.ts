/** A job on its way through a scheduler: where it is, and the one promise that answers it. */
import type { SlipwayError } from '@slipway/core'
import type { Job, JobResult } from '../contract/job.ts'
import type { Timed } from './heap.ts'
import type { Linked } from './linked-list.ts'
import { cancelled } from './refusals.ts'

/** Where a job waits or runs. Told of a job that is given up there, before its caller is. */
export interface Place {
  leave(entry: Entry): void
}

export interface Entry extends Timed, Linked<Entry> {
  readonly job: Job
  /** Elements of the batch dimension. */
  readonly elements: number
  /** Equal for jobs that may run together. */
  readonly shapeKey: string
  /** 1 is served first. */
  readonly level: number
  readonly queuedMs: number
  /** When its wait becomes too long; Infinity: never. */
  expiresMs: number
  /** Undefined once it is answered. */
  place: Place | undefined
  readonly resolve: (result: JobResult) => void
  readonly reject: (error: unknown) => void
  readonly onAbort: () => void
}

export interface EntryOptions {
  readonly model: string
  readonly job: Job
  readonly elements: number
  readonly shapeKey: string
  readonly level: number
  readonly queuedMs: number
  readonly expiresMs: number
  readonly place: Place
  readonly resolve: Entry['resolve']
  readonly reject: Entry['reject']
}

/** An entry that listens to the signal of its job until it is answered. */
export function openEntry(given: EntryOptions): Entry {
  const { job } = given
  // Spelt out: an object of so many properties that is made by spreading is slow to make and to read.
  const entry: Entry = {
    job,
    elements: given.elements,
    shapeKey: given.shapeKey,
    level: given.level,
    queuedMs: given.queuedMs,
    expiresMs: given.expiresMs,
    place: given.place,
    resolve: given.resolve,
    reject: given.reject,
    onAbort: () => giveUp(entry, cancelled(given.model, job.signal)),
    dueMs: 0,
    dueOrder: 0,
    heapIndex: -1,
    list: undefined,
    previous: undefined,
    next: undefined,
  }
  job.signal.addEventListener('abort', entry.onAbort)
  return entry
}

/** Answers a job that is where it can still be given up; anything that comes later is too late. */
export function giveUp(entry: Entry, error: SlipwayError): void {
  const { place } = entry
  if (!place) return
  place.leave(entry)
  close(entry)
  entry.reject(error)
}

/** True where the job was still open: the caller answers it now. */
export function close(entry: Entry): boolean {
  if (!entry.place) return false
  entry.place = undefined
  entry.job.signal.removeEventListener('abort', entry.onAbort)
  return true
}

/** Stops listening: from here on somebody else watches the signal of the job. */
export function handOver(entry: Entry): void {
  entry.job.signal.removeEventListener('abort', entry.onAbort)
}
