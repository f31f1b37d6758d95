/** Loads the model anew again and again while load runs, and tells what that does to the requests. */
import { createLatencies, type LatencySummary } from './latencies.ts'
import type { Failure } from './send.ts'

export interface RequestGroup {
  readonly ok: number
  readonly failed: number
  readonly latencyMs: LatencySummary
}

export interface ReloadResult {
  readonly count: number
  readonly failed: number
  /** What the first that failed said. */
  readonly failure: string | undefined
  readonly durationMs: LatencySummary
  /** Requests that were under way at any moment of a reload. */
  readonly during: RequestGroup
  readonly outside: RequestGroup
}

export interface Reloads {
  landed(plannedMs: number, nowMs: number, failure: Failure | undefined): void
  /** Waits for the one under way; again it returns the same. */
  stop(): Promise<ReloadResult>
}

export interface ReloadOptions {
  /** From the end of one to the start of the next. */
  readonly pauseMs: number
  readonly reload: () => Promise<void>
  readonly nowMs: () => number
}

export function startReloads({ pauseMs, reload, nowMs }: ReloadOptions): Reloads {
  const [during, outside, durations] = [requestGroup(), requestGroup(), createLatencies()]
  let [count, failed] = [0, 0]
  let failure: string | undefined
  // Of the last reload; a request overlaps an earlier one only where it overlaps this one too, or ended before it.
  let endedMs = Number.NEGATIVE_INFINITY
  const once = async () => {
    const startedMs = nowMs()
    endedMs = Number.POSITIVE_INFINITY
    await reload().catch((error: unknown) => {
      failed++
      failure ??= error instanceof Error ? error.message : String(error)
    })
    endedMs = nowMs()
    durations.record(endedMs - startedMs)
    count++
  }
  const stop = new AbortController()
  const loop = async () => {
    for (;;) {
      await pause(pauseMs, stop.signal)
      if (stop.signal.aborted) return
      await once()
    }
  }
  const running = loop()
  const result = () => ({
    ...{ count, failed, failure, durationMs: durations.summary() },
    ...{ during: during.result(), outside: outside.result() },
  })
  return {
    landed(plannedMs, atMs, why) {
      const group = endedMs >= plannedMs ? during : outside
      group.landed(atMs - plannedMs, why)
    },
    async stop() {
      stop.abort()
      await running
      return result()
    },
  }
}

function requestGroup() {
  const latencies = createLatencies()
  let failed = 0
  return {
    landed(ms: number, failure: Failure | undefined): void {
      if (failure) failed++
      else latencies.record(ms)
    },
    result: (): RequestGroup => ({ ok: latencies.count, failed, latencyMs: latencies.summary() }),
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', end)
      resolve()
    }
    const timer = setTimeout(end, ms)
    signal.addEventListener('abort', end)
    if (signal.aborted) end()
  })
}
