/** A line of jobs and the workers that take them. Workers are opened as jobs need them, and replaced when they die. */
import { SlipwayError } from '../base/errors.ts'
import { cancelledError } from './cancelled-error.ts'
import { moveValues } from './move-values.ts'
import type { WorkerReport } from './worker-protocol.ts'
import { type Job, openSlot as openWorkerSlot, type SlotOptions, type WorkerSlot } from './worker-slot.ts'

export interface PoolOptions extends Omit<SlotOptions, 'onChange'> {
  /** Most workers. */
  readonly workers: number
  /** True: all threads of a worker take part in each of its runs. */
  readonly isFixed: boolean
  /** How workers are opened; tests have their own. */
  readonly openSlot?: ((options: SlotOptions) => WorkerSlot) | undefined
}

export interface PoolCounts {
  readonly alive: number
  readonly running: number
  readonly queued: number
  /** Workers replaced so far. */
  readonly restarts: number
  /** Threads that a run uses. */
  readonly threads: number
}

export interface WorkerPool {
  /** Resolves once the first worker can take jobs; rejects if it fails to start. */
  readonly ready: Promise<void>
  counts(): PoolCounts
  /** What the workers that are alive last said of themselves. */
  reports(): readonly WorkerReport[]
  add(job: Job): void
  /** Rejects every job with SLP-S6 and ends every worker. */
  close(): Promise<void>
}

interface Waiting {
  readonly job: Job
  /** Stops listening to the job's signal. */
  release(): void
}

/** The error of a run that was asked for, or was under way, when the session was disposed. */
export function disposedError(): SlipwayError {
  return new SlipwayError('SLP-S6', 'Cannot run: the session must be open, got a disposed one')
}

export function openPool(given: PoolOptions): WorkerPool {
  const { workers, isFixed, openSlot = openWorkerSlot, ...options } = given
  const slots = new Set<WorkerSlot>()
  const queue: Waiting[] = []
  const opening = deferred()
  let closing: Promise<void> | undefined
  // Holds the weights, which go with the pool.
  let source: typeof options | undefined = options
  let restarts = 0
  let target: WorkerSlot['target']

  open()
  return {
    ready: opening.promise,
    counts: () => ({
      alive: slots.size,
      running: count('busy'),
      queued: queue.length,
      restarts,
      threads: Math.max(1, ...[...slots].map(({ threads }) => threads)),
    }),
    reports: () => [...slots].flatMap(({ report }) => report ?? []),
    add(job) {
      if (closing) return job.reject(disposedError())
      if (job.signal?.aborted) return job.reject(cancelledError(job.signal))
      const slot = [...slots].find(({ state }) => state === 'idle')
      if (slot && queue.length === 0) return slot.start(job, mayBeHelped())
      queue.push(wait({ ...job, ...ownInputs(job) }))
      serve()
    },
    close() {
      closing ??= closeAll()
      return closing
    },
  }

  function count(state: WorkerSlot['state']): number {
    return [...slots].filter((slot) => slot.state === state).length
  }

  function open(): void {
    if (source) slots.add(openSlot({ ...source, settings: { ...source.settings, target }, onChange }))
  }

  function onChange(slot: WorkerSlot): void {
    if (closing) return
    target ??= slot.target
    if (slot.state === 'idle') opening.resolve()
    if (slot.state === 'dead') replace(slot)
    serve()
  }

  function replace(slot: WorkerSlot): void {
    if (!slots.delete(slot)) return
    restarts += 1
    const { startFailure } = slot
    if (startFailure) {
      // Replacing a worker that cannot even start would go on for ever, so its failure answers one job.
      opening.reject(startFailure)
      next()?.reject(startFailure)
    } else open()
  }

  /** A run beside others would take their processors. */
  function mayBeHelped(): boolean {
    return isFixed || count('busy') === 0
  }

  function next(): Job | undefined {
    const first = queue.shift()
    first?.release()
    return first?.job
  }

  function serve(): void {
    for (const slot of slots) {
      if (slot.state !== 'idle') continue
      const job = next()
      if (!job) return
      slot.start(job, mayBeHelped())
    }
    for (let coming = count('starting'); coming < queue.length && slots.size < workers; coming++) open()
  }

  /** A job that is cancelled while it waits leaves the line. */
  function wait(job: Job): Waiting {
    const { signal } = job
    const leave = () => {
      queue.splice(queue.indexOf(waiting), 1)
      job.reject(cancelledError(signal!))
    }
    const waiting = { job, release: () => signal?.removeEventListener('abort', leave) }
    signal?.addEventListener('abort', leave, { once: true })
    return waiting
  }

  async function closeAll(): Promise<void> {
    source = undefined
    opening.reject(disposedError())
    for (let job = next(); job; job = next()) job.reject(disposedError())
    await Promise.all([...slots].map((slot) => slot.close(disposedError())))
    slots.clear()
  }
}

/** Until a job's turn comes its caller may write other values into the arrays. */
function ownInputs({ inputs, give }: Job): Pick<Job, 'inputs' | 'give'> {
  return { inputs: moveValues(inputs, { give }).values, give: true }
}

interface Deferred {
  readonly promise: Promise<void>
  resolve(): void
  reject(reason: Error): void
}

/** A promise settled from outside; nobody has to listen to its rejection. */
function deferred(): Deferred {
  let settle: Omit<Deferred, 'promise'> | undefined
  const promise = new Promise<void>((resolve, reject) => {
    settle = { resolve, reject }
  })
  promise.catch(() => {})
  return { promise, ...settle! }
}
