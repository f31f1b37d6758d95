/** Counts what happens to the requests of one step. */
import { createLatencies } from './latencies.ts'
import type { Failure } from './send.ts'
import type { StepResult } from './step-result.ts'

export interface Tally {
  /** A request that is not sent, since too many are open. */
  drop(): void
  sent(plannedMs: number, nowMs: number): void
  /** A request has its answer, or will have none. */
  landed(plannedMs: number, nowMs: number, failure: Failure | undefined): void
  /** A request that is given up with the whole test. */
  takeBack(): void
  result(window: {
    readonly qps: number
    readonly durationMs: number
    readonly startedMs: number
    readonly cpuMs: number
  }): StepResult
}

export function createTally(): Tally {
  const [latencies, lateness] = [createLatencies(), createLatencies()]
  const errors: Record<string, number> = {}
  const errorTexts: Record<string, string> = {}
  let [sent, dropped, takenBack] = [0, 0, 0]
  let [firstMs, lastMs] = [Number.POSITIVE_INFINITY, 0]
  const fail = ({ code, text }: Failure) => {
    errors[code] = (errors[code] ?? 0) + 1
    errorTexts[code] ??= text
  }
  return {
    drop() {
      dropped++
      fail({ code: 'dropped', text: 'too many requests were open' })
    },
    sent(plannedMs, nowMs) {
      sent++
      lateness.record(nowMs - plannedMs)
    },
    landed(plannedMs, nowMs, failure) {
      if (failure) return fail(failure)
      firstMs = Math.min(firstMs, nowMs)
      lastMs = Math.max(lastMs, nowMs)
      latencies.record(nowMs - plannedMs)
    },
    takeBack() {
      sent--
      takenBack++
    },
    result({ qps, durationMs, startedMs, cpuMs }) {
      const ok = latencies.count
      const planned = sent + dropped
      // From the first answer on: else the latency of the first would count as missing throughput.
      const answeredMs = Math.max(durationMs, lastMs - firstMs)
      return {
        ...{ qps, planned, sent, dropped, takenBack, ok, errors, errorTexts, startedMs },
        offeredQps: (planned * 1000) / durationMs,
        achievedQps: (ok * 1000) / answeredMs,
        latencyMs: latencies.summary(),
        spectrum: latencies.spectrum(),
        lateMs: lateness.summary(),
        cpuShare: cpuMs / durationMs,
        endedMs: Math.max(startedMs + durationMs, lastMs),
      }
    },
  }
}
