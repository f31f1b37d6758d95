/** Opens a model's file where its configuration wants it to run. */
import { availableParallelism } from 'node:os'
import type { Limits } from '@slipway/core'
import type { ExecutionMode } from '../config/serving-config.ts'
import { type Clock, systemClock } from '../contract/clock.ts'
import type { Executor, ExecutorReport } from '../contract/executor.ts'
import { openInline } from './inline.ts'
import type { ModelDescription, ProgramSettings } from './messages.ts'
import type { Pool } from './pool.ts'
import { openProcesses } from './processes.ts'
import { openThreads, type Threads } from './threads.ts'

export interface ExecutorOptions {
  /** The model; external data lies beside it. */
  readonly path: string
  readonly mode: ExecutionMode
  /** Runs at the same time; 1 unless given. */
  readonly instances?: number | undefined
  /** Threads of one run; the machine's over the instances, but at most 4, unless given. */
  readonly threads?: number | undefined
  readonly limits?: Limits | undefined
  readonly deterministic?: boolean | undefined
  /** How long a run may keep the front thread where the mode is `auto`; 0.15 unless given. */
  readonly inlineMs?: number | undefined
  /** How long a cancelled run may take to stop by itself; 40 unless given. */
  readonly graceMs?: number | undefined
  readonly clock?: Clock | undefined
  /** Told where what runs the model dies so often that it is not replaced any more. */
  readonly onBroken?: ((reason: string) => void) | undefined
}

export interface OpenedExecutor extends Executor {
  /** Where it runs. */
  readonly place: 'inline' | 'worker' | 'process'
  readonly description: ModelDescription
  /** Of the process that runs it, where that is another one. */
  readonly processId: number | undefined
}

const mostDefaultThreads = 4
const defaultInlineMs = 0.15
const defaultGraceMs = 40
/** For a model that is run inline because its configuration says so. */
const boundless = Number.POSITIVE_INFINITY

/**
 * Reads, compiles and tries a model, all of it away from the calling thread.
 *
 * @throws what reading and compiling throw, SLP-R8 for inputs that the protocol cannot carry, SLP-S8 where the thread
 * or the process that was to run it dies.
 */
export async function openExecutor(options: ExecutorOptions): Promise<OpenedExecutor> {
  const { path, mode, instances = 1, clock = systemClock, onBroken = () => {} } = options
  const file = { path }
  const settings = settingsOf(options, instances)
  if (mode === 'process') {
    const processes = openProcesses({ file, settings, clock, onBroken })
    const opened = await openPlace('process', processes, instances)
    return Object.defineProperty(opened, 'processId', { get: () => processes.processId })
  }
  const wantsInline = mode !== 'worker'
  const threadOptions = { file, settings, clock, onBroken }
  // What may turn out to run inline needs no more than one thread to find that out.
  const threads = openThreads({ ...threadOptions, instances: wantsInline ? 1 : instances })
  const description = await threads.ready
  const inlineElements = mode === 'inline' ? boundless : description.inlineElements
  if (wantsInline && inlineElements > 0) {
    const parcel = threads.takeParcel()
    const spare = threads.takeParcel()
    await threads.close()
    const openSpare = (): Threads => openThreads({ ...threadOptions, instances, parcel: spare })
    return openInline({ description, parcel, settings, inlineElements, openSpare })
  }
  if (!wantsInline || instances === 1) return openPlace('worker', threads, instances)
  const parcel = threads.takeParcel()
  await threads.close()
  return openPlace('worker', openThreads({ ...threadOptions, instances, parcel }), instances)
}

function settingsOf(options: ExecutorOptions, instances: number): ProgramSettings {
  const { limits, deterministic, mode, inlineMs = defaultInlineMs, graceMs = defaultGraceMs } = options
  const share = Math.floor(availableParallelism() / instances)
  const threads = Math.max(1, options.threads ?? Math.min(mostDefaultThreads, share))
  return {
    limits,
    deterministic,
    threads,
    instances,
    graceMs,
    inlineMs: mode === 'auto' ? inlineMs : undefined,
  }
}

async function openPlace(
  place: OpenedExecutor['place'],
  pool: Pool,
  concurrency: number,
): Promise<OpenedExecutor> {
  const description = await pool.ready
  const { inputs, outputs, weightBytes } = description
  return {
    place,
    description,
    processId: undefined,
    inputs,
    outputs,
    concurrency,
    run: (given, run) => pool.run({ inputs: given, ...run }),
    report: (): ExecutorReport => ({
      ...pool.counts(),
      weightBytes,
      wasmBytes: Math.max(description.wasmBytes, pool.counts().wasmBytes),
    }),
    dispose: () => pool.close(),
  }
}
