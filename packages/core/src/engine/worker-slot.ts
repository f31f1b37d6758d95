/**
 * One worker with one graph, running one request at a time. A slot never heals: a worker that dies or has to be
 * ended makes its slot dead, and the pool opens another one.
 */
import { platform } from '#platform'
import { SlipwayError } from '../base/errors.ts'
import type { Value } from '../base/value.ts'
import type { Target } from '../kernel/target.ts'
import type { WorkerProgram } from '../platform/types.ts'
import { cancelledError } from './cancelled-error.ts'
import type { RunResult } from './engine.ts'
import { fromErrorMessage } from './error-message.ts'
import { openHelpers } from './helper-threads.ts'
import { openInputStage } from './input-stage.ts'
import { moveValues } from './move-values.ts'
import type { ProgramMemory } from './program-memory.ts'
import type { FromWorker, PrepareMessage, RunMessage, WorkerReport } from './worker-protocol.ts'

/** A run as it waits and as it happens. */
export interface Job {
  /** The caller's until `start`, unless `give`. */
  readonly inputs: ReadonlyMap<string, Value>
  /** True: the memory of the inputs may be taken. */
  readonly give: boolean
  readonly outputs: readonly string[]
  readonly seed: number | undefined
  readonly profile: boolean
  readonly signal: AbortSignal | undefined
  readonly onProgress: ((done: number, total: number) => void) | undefined
  resolve(result: RunResult): void
  reject(error: Error): void
}

export interface SlotOptions extends Omit<PrepareMessage, 'kind' | 'cancelled' | 'shared'> {
  readonly program: WorkerProgram
  /** Where workers keep what they share. */
  readonly memory: ProgramMemory | undefined
  readonly graceMs: number
  /** Called when the slot is free again, and when it has died. */
  onChange(slot: WorkerSlot): void
}

export interface WorkerSlot {
  readonly state: 'starting' | 'idle' | 'busy' | 'dead'
  /** Why it died before it could take a job; such a worker would fail again. */
  readonly startFailure: Error | undefined
  /** What the worker last said of itself. */
  readonly report: WorkerReport | undefined
  /** Threads that a run in it uses, the worker's own included. */
  readonly threads: number
  /** What it compiles for, once it is ready. */
  readonly target: Target | undefined
  /** Call on an idle slot only. `helped` where the run may use all threads. */
  start(job: Job, helped: boolean): void
  /** Ends the worker; a run in it rejects with `reason`. */
  close(reason: Error): Promise<void>
}

interface Current {
  readonly id: number
  readonly job: Job
  /** Stops listening to the job's signal and the clock. */
  release(): void
}

export function openSlot(options: SlotOptions): WorkerSlot {
  const { program, graph, limits, settings, memory, graceMs, onChange } = options
  const shared = typeof SharedArrayBuffer === 'function'
  const cancelled = shared ? new Int32Array(new SharedArrayBuffer(4)) : undefined
  let state: WorkerSlot['state'] = 'starting'
  let startFailure: Error | undefined
  let current: Current | undefined
  let lastId = 0
  let ended: Promise<unknown> | undefined
  let report: WorkerReport | undefined
  let target: Target | undefined
  const place = memory?.enter()
  const stage = memory && place && openInputStage(memory)
  const helpers = openHelpers(settings.threads - 1)

  const slot: WorkerSlot = {
    get state() {
      return state
    },
    get startFailure() {
      return startFailure
    },
    get report() {
      return report
    },
    get threads() {
      return 1 + helpers.count
    },
    get target() {
      return target
    },
    start,
    async close(reason) {
      end(reason)
      await terminate()
    },
  }
  const worker = platform.spawnWorker(program, {
    onMessage: (message) => receive(message as FromWorker), // only the program's own worker posts here
    onFailure: (cause) => {
      if (state === 'dead') return
      const failure = new SlipwayError(
        'SLP-S8',
        `Cannot run graph "${graph.name}": its worker ended with "${cause.message}"`,
        { cause },
      )
      if (state === 'starting') startFailure = failure
      end(failure)
      void terminate()
      onChange(slot)
    },
  })
  worker.post({ kind: 'prepare', graph, limits, cancelled, settings, shared: place } satisfies PrepareMessage)
  return slot

  function terminate(): Promise<unknown> {
    const stop = () => Promise.all([worker.terminate(), helpers.close()])
    ended ??= memory && place ? memory.end(place.user, stop).then(() => stage?.close()) : stop()
    return ended
  }

  function end(reason: Error): void {
    state = 'dead'
    finish()?.reject(reason)
  }

  function finish(): Job | undefined {
    const job = current?.job
    current?.release()
    current = undefined
    return job
  }

  function receive(message: FromWorker): void {
    if (state === 'dead') return
    if (message.kind === 'attach' || message.kind === 'module') {
      helpers.tell(message)
      return
    }
    if (message.kind === 'progress') {
      const { job } = current!
      if (!job.signal?.aborted) job.onProgress?.(message.done, message.total)
      return
    }
    if (message.kind === 'ready') target = message.target
    if (message.kind !== 'failed') report = message.report ?? report
    const job = finish()
    state = 'idle'
    worker.keepAlive(false)
    if (job?.signal?.aborted) job.reject(cancelledError(job.signal))
    else if (message.kind === 'done') job?.resolve({ outputs: message.outputs, profile: message.profile })
    else if (message.kind === 'failed') job?.reject(engineError(message))
    onChange(slot)
  }

  function start(job: Job, helped: boolean): void {
    const { inputs, give, outputs, seed, profile, onProgress } = job
    lastId += 1
    const progress = onProgress !== undefined
    const { placed, others } = stage?.place(inputs, give) ?? { placed: new Map(), others: inputs }
    const { values, transfer } = moveValues(others, { give })
    const request: RunMessage = {
      kind: 'run',
      id: lastId,
      inputs: values,
      placed,
      outputs,
      seed,
      profile,
      helped,
      progress,
    }
    state = 'busy'
    current = { id: lastId, job, release: watch(job) }
    worker.keepAlive(true)
    worker.post(request, transfer)
  }

  /** Passes the job's abort on to the worker, and ends it if that has no effect. */
  function watch({ signal }: Job): () => void {
    if (!signal) return () => {}
    let timer: ReturnType<typeof setTimeout> | undefined
    const abort = () => {
      if (cancelled) Atomics.store(cancelled, 0, current!.id)
      timer = setTimeout(() => void abandon(cancelledError(signal)), cancelled ? graceMs : 0)
    }
    signal.addEventListener('abort', abort, { once: true })
    return () => {
      signal.removeEventListener('abort', abort)
      clearTimeout(timer)
    }
  }

  async function abandon(reason: Error): Promise<void> {
    await slot.close(reason)
    onChange(slot)
  }
}

/** Errors of the model's own making keep their code; anything else is the engine's fault. */
function engineError({ error }: Extract<FromWorker, { kind: 'failed' }>): Error {
  const cause = fromErrorMessage(error)
  if (cause instanceof SlipwayError) return cause
  return new SlipwayError('SLP-S8', `Cannot finish run: the engine failed with "${cause.message}"`, { cause })
}
