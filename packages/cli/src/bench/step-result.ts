import type { LatencySummary, SpectrumPoint } from './latencies.ts'

/** One rate for a while, measured. `planned` is `sent` + `dropped`; `sent` is `ok` + all other errors. */
export interface StepResult {
  readonly qps: number
  readonly planned: number
  readonly sent: number
  /** Never sent, since too many requests were open. Counted in `errors` too. */
  readonly dropped: number
  /** Still open when the test was stopped; in no other count. */
  readonly takenBack: number
  readonly ok: number
  /** Counts by status or code: `503`, `UNAVAILABLE`, `ECONNREFUSED`, `timeout`, `dropped`. */
  readonly errors: Readonly<Record<string, number>>
  /** What the first of each kind said. */
  readonly errorTexts: Readonly<Record<string, string>>
  readonly offeredQps: number
  readonly achievedQps: number
  /** Of successful requests, from the planned start to the last byte of the answer. */
  readonly latencyMs: LatencySummary
  readonly spectrum: readonly SpectrumPoint[]
  /** How long after its planned start a request was sent: what the load generator itself adds. */
  readonly lateMs: LatencySummary
  /** Of one processor, that the load generator used. */
  readonly cpuShare: number
  /** On the clock of the test. */
  readonly startedMs: number
  readonly endedMs: number
}

/** The share of planned requests that did not succeed. */
export function errorRate({ planned, ok }: Pick<StepResult, 'planned' | 'ok'>): number {
  return planned === 0 ? 0 : (planned - ok) / planned
}
