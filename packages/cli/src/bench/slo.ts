/** What a rate must keep to count as served. */
import { msText, percentText, rateText } from './number-text.ts'
import { errorRate, type StepResult } from './step-result.ts'

export const sloPercentiles = ['p50', 'p90', 'p99', 'p999'] as const

export interface Slo {
  /** Largest latencies, by percentile. */
  readonly latencyMs: Readonly<Partial<Record<(typeof sloPercentiles)[number], number>>>
  /** Largest share of failed requests. */
  readonly errors: number
  /** Least share of the offered rate that is answered. */
  readonly achieved: number
}

export const percentileNames = { p50: 'P50', p90: 'P90', p99: 'P99', p999: 'P99.9' } as const

/** The rules that a step breaks, as texts; empty where it keeps all. */
export function brokenRules(step: StepResult, { latencyMs, errors, achieved }: Slo): string[] {
  const broken = sloPercentiles.flatMap((name) => {
    const most = latencyMs[name]
    const got = step.latencyMs[name]
    return most === undefined || (got <= most && step.ok > 0)
      ? []
      : [
          `${percentileNames[name]} ${step.ok > 0 ? msText(got) : 'without an answer'} is over ${msText(most)}`,
        ]
  })
  const failed = errorRate(step)
  if (failed > errors) broken.push(`errors ${percentText(failed)} are over ${percentText(errors)}`)
  if (step.achievedQps < achieved * step.offeredQps) {
    broken.push(
      `${rateText(step.achievedQps)} achieved is under ${percentText(achieved)} of ${rateText(step.offeredQps)}`,
    )
  }
  return broken
}
