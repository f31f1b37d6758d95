/** The counts and durations of the statistics extension, from events. */
import type { BatchEvent, ModelVersion, Observe, RequestEvent } from '../contract/event.ts'
import type { Models } from '../contract/models.ts'
import type { ServedVersion } from '../contract/served-version.ts'
import type { Duration, Statistics, VersionStatistics } from '../contract/statistics.ts'
import { phaseDurations } from './durations.ts'
import { servedVersions } from './served-versions.ts'

export interface StatisticsReader extends Statistics {
  readonly observe: Observe
}

interface Sum {
  count: number
  ns: number
}

const sums = [
  'success',
  'fail',
  'queue',
  'computeInput',
  'computeInfer',
  'computeOutput',
  'cacheHit',
  'cacheMiss',
] as const
type SumName = (typeof sums)[number]

interface Batch {
  readonly computeInput: Sum
  readonly computeInfer: Sum
  readonly computeOutput: Sum
}

interface Entry {
  lastInferenceMs: number
  inferenceCount: number
  executionCount: number
  readonly sums: Record<SumName, Sum>
  readonly batches: Map<number, Batch>
}

/** `nowMs` gives milliseconds since the epoch. */
export function createStatistics(
  models: Pick<Models, 'versions' | 'find' | 'index'>,
  nowMs: () => number = Date.now,
): StatisticsReader {
  const entries = new Map<string, Entry>()
  const entryOf = (version: ModelVersion): Entry => {
    const key = `${version.model}/${version.version}`
    const known = entries.get(key)
    if (known) return known
    const fresh = newEntry()
    entries.set(key, fresh)
    return fresh
  }

  return {
    observe(event) {
      if (event.kind === 'request' && event.model !== undefined && event.version !== undefined) {
        addRequest(entryOf({ model: event.model, version: event.version }), event, nowMs())
      } else if (event.kind === 'batch') addBatch(entryOf(event), event)
      // A version that is loaded anew starts from nothing.
      else if (event.kind === 'load' && event.ok) entries.delete(`${event.model}/${event.version}`)
    },
    read: (model, version) =>
      select(models, model, version).map((served) => toStatistics(served, entryOf(served))),
  }
}

function select(
  models: Pick<Models, 'versions' | 'find' | 'index'>,
  model: string | undefined,
  version: string | undefined,
): readonly ServedVersion[] {
  if (model !== undefined)
    return version === undefined ? models.versions(model) : [models.find(model, version)]
  return servedVersions(models)
}

function newEntry(): Entry {
  const zero = (): Sum => ({ count: 0, ns: 0 })
  const all = Object.fromEntries(sums.map((name) => [name, zero()])) as Record<SumName, Sum> // all names
  return { lastInferenceMs: 0, inferenceCount: 0, executionCount: 0, sums: all, batches: new Map() }
}

function add(sum: Sum, ms: number): void {
  sum.count++
  sum.ns += Math.round(ms * 1e6)
}

function addRequest(entry: Entry, event: RequestEvent, nowMs: number): void {
  const { outcome, startedMs, endedMs, cache, elements } = event
  const totalMs = endedMs - startedMs
  if (outcome !== 'SUCCESS') {
    add(entry.sums.fail, totalMs)
    return
  }
  entry.lastInferenceMs = nowMs
  add(entry.sums.success, totalMs)
  if (cache === 'hit') {
    add(entry.sums.cacheHit, totalMs)
    return
  }
  if (cache === 'miss') add(entry.sums.cacheMiss, totalMs)
  entry.inferenceCount += elements
  const durations = phaseDurations(event)
  if (!durations) return
  add(entry.sums.queue, durations.queue)
  add(entry.sums.computeInput, durations.assembly)
  add(entry.sums.computeInfer, durations.compute)
  add(entry.sums.computeOutput, durations.output)
}

function addBatch(entry: Entry, { elements, assemblyMs, computeMs, outputMs, failed }: BatchEvent): void {
  if (failed) return
  entry.executionCount++
  const zero = (): Sum => ({ count: 0, ns: 0 })
  const batch = entry.batches.get(elements) ?? {
    computeInput: zero(),
    computeInfer: zero(),
    computeOutput: zero(),
  }
  entry.batches.set(elements, batch)
  add(batch.computeInput, assemblyMs)
  add(batch.computeInfer, computeMs)
  add(batch.computeOutput, outputMs)
}

function toStatistics({ model, version, sizeBytes }: ServedVersion, entry: Entry): VersionStatistics {
  const copy = ({ count, ns }: Sum): Duration => ({ count, ns })
  const durations = Object.fromEntries(sums.map((name) => [name, copy(entry.sums[name])])) as Record<
    SumName,
    Duration
  > // all names
  const { lastInferenceMs, inferenceCount, executionCount } = entry
  const batches = [...entry.batches]
    .sort(([a], [b]) => a - b)
    .map(([batchSize, { computeInput, computeInfer, computeOutput }]) => ({
      batchSize,
      computeInput: copy(computeInput),
      computeInfer: copy(computeInfer),
      computeOutput: copy(computeOutput),
    }))
  const memory = [{ type: 'CPU', id: 0, sizeBytes }]
  return { model, version, lastInferenceMs, inferenceCount, executionCount, ...durations, batches, memory }
}
