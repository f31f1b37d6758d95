/**
 * Sequences of requests over a stateful model: steps run one after the other, each with the state that the one before
 * it left. A step that fails or is given up ends its sequence, since what follows would run with a wrong state.
 */
import { SlipwayError, type Tensor } from '@slipway/core'
import type { Job, JobResult, Scheduler } from '../contract/job.ts'
import { type Deferred, deferred } from '../executor/deferred.ts'
import { close, type Entry, giveUp, handOver, openEntry } from './entry.ts'
import { elementsOf } from './measure-job.ts'
import { requestedTimeout } from './queue-policy.ts'
import { cancelled, deadlinePassed, misfit, queueFull, stopping, timedOut } from './refusals.ts'
import { runStep, type StepOptions } from './run-step.ts'
import { openSequence, type Sequence } from './sequence.ts'
import { keyOf, readSequence, type SequenceRequest } from './sequence-request.ts'
import { createSequenceSlots } from './sequence-slots.ts'
import { createTimetable } from './timetable.ts'

export interface SequencesOptions extends StepOptions {
  readonly maxBatchSize: number
  readonly maxQueueSize: number
  readonly idleMs: number
}

export function createSequenceScheduler(options: SequencesOptions): Scheduler {
  const { model, lane, clock } = options
  /** Those that further steps can join. */
  const open = new Map<string, Sequence>()
  const slots = createSequenceSlots(lane.slots)
  const timetable = createTimetable<Entry>(clock, onDue)
  const idle = createTimetable<Sequence>(clock, end)
  let waiting = 0
  let active = 0
  let drained: Deferred<void> | undefined

  function submit(job: Job): Promise<JobResult> {
    return new Promise((resolve, reject) => {
      if (drained) throw stopping(model)
      timetable.sweep(clock.nowMs())
      idle.sweep(clock.nowMs())
      const request = readSequence(model, job)
      check(job, request)
      const key = keyOf(request.id)
      const sequence = open.get(key) ?? start(key, request)
      enqueue(sequence, job, resolve, reject)
      if (request.end) open.delete(key)
      sequence.complete = request.end
      idle.remove(sequence)
      advance(sequence)
    })
  }

  function check(job: Job, { id, start }: SequenceRequest): void {
    if (job.signal.aborted) throw cancelled(model, job.signal)
    if (job.deadlineMs !== undefined && job.deadlineMs <= clock.nowMs()) throw deadlinePassed(model)
    const elements = elementsOf(model, job.inputs, options.maxBatchSize)
    if (elements !== 1) throw misfit(model, 'a step of a sequence must have batch size 1', `${elements}`)
    requestedTimeout(model, job)
    if (!start && !open.has(keyOf(id))) {
      const rule = `request for sequence ${id} must specify the START flag on the first request of the sequence`
      throw misfit(model, rule, 'a sequence that is not under way')
    }
    if (waiting + lane.pending >= options.maxQueueSize) throw queueFull(model, options.maxQueueSize)
  }

  function start(key: string, { id }: SequenceRequest): Sequence {
    const sequence = openSequence(key, id, (entry) => {
      dropStep(sequence, entry)
      breakOff(sequence)
    })
    open.set(key, sequence)
    slots.admit(sequence)
    return sequence
  }

  function enqueue(sequence: Sequence, job: Job, resolve: Entry['resolve'], reject: Entry['reject']): void {
    const queuedMs = clock.nowMs()
    const expiresMs = queuedMs + requestedTimeout(model, job)
    const known = { elements: 1, shapeKey: '', level: 1, queuedMs, expiresMs, place: sequence.place }
    const entry = openEntry({ model, job, resolve, reject, ...known })
    timetable.set(entry, Math.min(expiresMs, job.deadlineMs ?? Number.POSITIVE_INFINITY))
    sequence.steps.push(entry)
    waiting += 1
  }

  function dropStep({ steps }: Sequence, entry: Entry): void {
    steps.remove(entry)
    timetable.remove(entry)
    waiting -= 1
  }

  function onDue(entry: Entry): void {
    const nowMs = clock.nowMs()
    const late = nowMs >= (entry.job.deadlineMs ?? Number.POSITIVE_INFINITY)
    giveUp(entry, late ? deadlinePassed(model) : timedOut(model, nowMs - entry.queuedMs))
  }

  /** Runs the next step where that is possible now. */
  function advance(sequence: Sequence): void {
    const { slot, steps, running, complete } = sequence
    if (slot === undefined || running) return
    const entry = steps.first
    if (!entry) {
      if (complete || drained) end(sequence)
      else idle.set(sequence, clock.nowMs() + options.idleMs)
      return
    }
    dropStep(sequence, entry)
    handOver(entry)
    sequence.running = true
    active += 1
    runStep(options, slot, entry, sequence.state).then(
      ({ result, state }) => {
        if (!sequence.broken) sequence.state = state
        if (close(entry)) entry.resolve(result)
        afterStep(sequence)
      },
      (error: unknown) => {
        if (close(entry)) entry.reject(error)
        breakOff(sequence)
        afterStep(sequence)
      },
    )
  }

  function afterStep(sequence: Sequence): void {
    sequence.running = false
    active -= 1
    if (sequence.broken) end(sequence)
    else advance(sequence)
    settleDrain()
  }

  /** Refuses what waits in a sequence whose state is lost. */
  function breakOff(sequence: Sequence): void {
    if (sequence.broken) return
    sequence.broken = true
    if (open.get(sequence.key) === sequence) open.delete(sequence.key)
    for (let entry = sequence.steps.first; entry; entry = sequence.steps.first) {
      dropStep(sequence, entry)
      close(entry)
      entry.reject(sequenceBroken(model, sequence))
    }
    if (!sequence.running) end(sequence)
  }

  /** Forgets a sequence; the first one that waits takes its slot. */
  function end(sequence: Sequence): void {
    idle.remove(sequence)
    if (open.get(sequence.key) === sequence) open.delete(sequence.key)
    sequence.state = new Map<string, Tensor>()
    const next = slots.dismiss(sequence)
    if (next) advance(next)
    settleDrain()
  }

  function settleDrain(): void {
    if (waiting === 0 && active === 0) drained?.resolve()
  }

  return {
    submit,
    get pending() {
      return waiting + lane.pending
    },
    get running() {
      return lane.running
    },
    drain() {
      drained ??= deferred<void>()
      for (const sequence of [...open.values()]) advance(sequence)
      settleDrain()
      return drained.promise
    },
  }
}

function sequenceBroken(model: string, { id }: Sequence): SlipwayError {
  const rule = `the steps of sequence ${id} before it must have succeeded`
  return new SlipwayError('SLP-S7', `Cannot run model "${model}": ${rule}, got one that did not`, {
    remedy: 'Start the sequence anew.',
  })
}
