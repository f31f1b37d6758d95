/** An executor on the front thread, for models that run more quickly than they are handed over. */
import type { MessagePort } from 'node:worker_threads'
import { SlipwayError } from '@slipway/core'
import { cancelledError, type HostedGraph, hostGraph } from '@slipway/core/host'
import type { ExecutorRun } from '../contract/executor.ts'
import type { ModelDescription, ProgramSettings } from './messages.ts'
import type { OpenedExecutor } from './open-executor.ts'
import { unpack } from './parcel.ts'
import { engineError } from './pending-runs.ts'
import { tensorsOf } from './tensors-of.ts'
import type { Threads } from './threads.ts'
import { countElements } from './zero-inputs.ts'

export interface InlineOptions {
  readonly description: ModelDescription
  readonly parcel: MessagePort | undefined
  readonly settings: ProgramSettings
  /** Runs with more elements go to a worker. */
  readonly inlineElements: number
  /** Opens what takes larger runs. */
  openSpare(): Threads
}

/** Runs that took so many times their bound, and so many of them on end, show that the bound on elements is too high. */
const tolerance = 8
const mostStrikes = 5

export function openInline({
  description,
  parcel,
  settings,
  inlineElements,
  openSpare,
}: InlineOptions): OpenedExecutor {
  const { inputs, outputs, weightBytes } = description
  const source = parcel && unpack(parcel)
  if (!source)
    throw new SlipwayError('SLP-S8', 'Cannot open model: its graph must arrive from the worker, got nothing')
  const { limits, deterministic, inlineMs } = settings
  let hosted: HostedGraph | undefined = hostGraph(source.graph, {
    limits,
    deterministic,
    target: source.target,
  })
  let mostElements = inlineElements
  let strikes = 0
  let spare: Threads | undefined
  let running = 0
  let disposal: Promise<void> | undefined

  const runHere = (given: Parameters<OpenedExecutor['run']>[0], { outputs: wanted, signal }: ExecutorRun) => {
    if (signal.aborted) throw cancelledError(signal)
    if (!hosted) throw new SlipwayError('SLP-S6', 'Cannot run: the executor must be open, got a disposed one')
    const startMs = performance.now()
    try {
      return tensorsOf(hosted.run(given, { outputs: wanted }))
    } catch (error) {
      throw engineError(error)
    } finally {
      judge(performance.now() - startMs, given)
    }
  }
  const judge = (tookMs: number, given: Parameters<OpenedExecutor['run']>[0]): void => {
    if (inlineMs === undefined) return
    strikes = tookMs > tolerance * inlineMs ? strikes + 1 : 0
    if (strikes < mostStrikes) return
    strikes = 0
    mostElements = Math.min(mostElements, Math.floor(countElements(given.values()) / 2))
  }

  return {
    place: 'inline',
    description,
    processId: undefined,
    inputs,
    outputs,
    concurrency: settings.instances,
    async run(given, run) {
      if (countElements(given.values()) <= mostElements) return runHere(given, run)
      spare ??= openSpare()
      running += 1
      try {
        return await spare.run({ inputs: given, ...run })
      } finally {
        running -= 1
      }
    },
    report: () => {
      const { restarts = 0, wasmBytes = 0 } = spare?.counts() ?? {}
      return { weightBytes, wasmBytes: (hosted?.report().wasmBytes ?? 0) + wasmBytes, running, restarts }
    },
    dispose() {
      hosted = undefined
      disposal ??= spare?.close() ?? Promise.resolve()
      return disposal
    },
  }
}
