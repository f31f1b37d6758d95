/** Rates and latencies of the last minute by version, for the status page. */
import { build, type Histogram } from 'hdr-histogram-js'
import type { ModelVersion, Observe } from '../contract/event.ts'
import type { Models } from '../contract/models.ts'
import { servedVersions } from './served-versions.ts'

export interface LiveRates extends ModelVersion {
  readonly requestsPerSecond: number
  readonly errorsPerSecond: number
  readonly p50Ms: number
  readonly p90Ms: number
  readonly p99Ms: number
  readonly maxMs: number
}

export interface LiveRateReader {
  readonly observe: Observe
  /** Of the versions that serve. */
  read(): readonly LiveRates[]
}

const windowMs = 10_000
const windowCount = 6
const toMicros = 1000

interface Window {
  readonly startMs: number
  readonly latencies: Histogram
  requests: number
  errors: number
}

/** `nowMs` is on the clock of `performance.now()`. */
export function createLiveRates(
  models: Pick<Models, 'index' | 'versions'>,
  nowMs: () => number = () => performance.now(),
): LiveRateReader {
  const byVersion = new Map<string, { readonly of: ModelVersion; windows: Window[] }>()
  const startedMs = nowMs()
  // What was unloaded is told late: its successor may serve under the same number, and its own last request may follow.
  const forgetUnserved = () => {
    const served = new Set(servedVersions(models).map(keyOf))
    for (const key of byVersion.keys()) if (!served.has(key)) byVersion.delete(key)
  }
  return {
    observe(event) {
      if (event.kind === 'unload') forgetUnserved()
      if (event.kind !== 'request' || event.model === undefined || event.version === undefined) return
      const of = { model: event.model, version: event.version }
      const key = keyOf(of)
      const entry = byVersion.get(key) ?? { of, windows: [] }
      byVersion.set(key, entry)
      const window = windowAt(entry.windows, event.endedMs)
      window.requests++
      if (event.outcome !== 'SUCCESS') window.errors++
      window.latencies.recordValue(Math.max(1, Math.round((event.endedMs - event.startedMs) * toMicros)))
    },
    read() {
      forgetUnserved()
      const now = nowMs()
      const spanS = Math.max(1, Math.min(now - startedMs, windowMs * windowCount) / 1000)
      return [...byVersion.values()].map(({ of, windows }) => summary(of, windows, now, spanS))
    },
  }
}

const keyOf = ({ model, version }: ModelVersion): string => `${model}/${version}`

function windowAt(windows: Window[], atMs: number): Window {
  const startMs = Math.floor(atMs / windowMs) * windowMs
  const last = windows.at(-1)
  if (last && last.startMs >= startMs) return last
  const window = { startMs, latencies: newHistogram(), requests: 0, errors: 0 }
  windows.push(window)
  if (windows.length > windowCount) windows.shift()
  return window
}

function newHistogram(): Histogram {
  const hourMicros = 3_600_000_000
  return build({
    lowestDiscernibleValue: 1,
    highestTrackableValue: hourMicros,
    numberOfSignificantValueDigits: 2,
  })
}

function summary(of: ModelVersion, windows: readonly Window[], nowMs: number, spanS: number): LiveRates {
  const recent = windows.filter(({ startMs }) => startMs > nowMs - windowMs * windowCount)
  const all = newHistogram()
  for (const { latencies } of recent) all.add(latencies)
  const at = (percentile: number) => all.getValueAtPercentile(percentile) / toMicros
  const sum = (of: 'requests' | 'errors') => recent.reduce((total, window) => total + window[of], 0)
  return {
    ...of,
    requestsPerSecond: sum('requests') / spanS,
    errorsPerSecond: sum('errors') / spanS,
    p50Ms: at(50),
    p90Ms: at(90),
    p99Ms: at(99),
    maxMs: all.maxValue / toMicros,
  }
}
