/** A whole load test: warm-up, then the steps of a plan, with the server's memory beside them. */
import { SlipwayError } from '@slipway/core'
import type { Clock } from './clock.ts'
import { logMemory, type MemorySample, type MemorySource } from './memory-log.ts'
import { rateText } from './number-text.ts'
import { type PlanResult, type RatePlan, runPlan } from './rate-plan.ts'
import { runStep } from './run-step.ts'
import type { Arrivals } from './schedule.ts'
import type { Send } from './send.ts'
import { brokenRules, type Slo } from './slo.ts'
import type { StepResult } from './step-result.ts'

export interface BenchOptions {
  readonly plan: RatePlan
  readonly slo: Slo
  readonly precision: number
  readonly arrivals: Arrivals
  readonly seed: number
  readonly durationMs: number
  readonly warmupMs: number
  readonly maxInFlight: number
  readonly timeoutMs: number
  readonly sampleMs: number
}

export interface BenchParts {
  readonly send: Send
  readonly clock: Clock
  readonly signal: AbortSignal
  readonly memory: MemorySource
  /** Shows that a step runs; the function that it gets is called with how far the step is. */
  readonly watch: <T>(
    label: string,
    work: (onProgress: ((done: number, total: number) => void) | undefined) => Promise<T>,
  ) => Promise<T>
  readonly onStep: (step: StepResult, broken: readonly string[]) => void
}

export interface BenchResult extends PlanResult {
  readonly memory: readonly MemorySample[]
}

/** A server that was pushed over its limit gets this long to clear its queues. */
const settleMs = 1000

/** Throws SLP-S7 when it is stopped. */
export async function runBench(options: BenchOptions, parts: BenchParts): Promise<BenchResult> {
  const { plan, slo, precision, warmupMs } = options
  const { clock, signal, watch, onStep } = parts
  let index = 0
  const load = (qps: number, durationMs: number, label: string) =>
    watch(label, async (onProgress) => {
      const { arrivals, seed, maxInFlight, timeoutMs } = options
      const step = await runStep({
        ...{ qps, durationMs, arrivals, maxInFlight, timeoutMs, clock, signal, send: parts.send },
        // Another pattern of arrivals for each step, the same in each run of the test.
        seed: seed + index++,
        onProgress: onProgress && ((doneMs) => onProgress(doneMs, durationMs)),
      })
      if (signal.aborted) throw new SlipwayError('SLP-S7', 'Cannot go on: the test was stopped')
      return step
    })
  const first = plan.kind === 'fixed' ? plan.qps : plan.from
  if (warmupMs > 0) await load(first, warmupMs, 'warm-up')
  const log = logMemory(parts.memory, options.sampleMs, clock.nowMs)
  let overloaded = false
  const run = async (qps: number) => {
    if (overloaded) await clock.until(clock.nowMs() + settleMs)
    const step = await load(qps, options.durationMs, rateText(qps))
    const broken = brokenRules(step, slo)
    overloaded = broken.length > 0
    onStep(step, broken)
    return step
  }
  try {
    const holds = (step: StepResult) => brokenRules(step, slo).length === 0
    const result = await runPlan(plan, { run, holds, precision })
    return { ...result, memory: await log.stop() }
  } finally {
    await log.stop()
  }
}
