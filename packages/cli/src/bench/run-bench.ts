/** A whole load test: warm-up, then the steps of a plan, with the server's memory beside them. */
import { SlipwayError } from '@slipway/core'
import type { Clock } from './clock.ts'
import { logMemory, type MemorySample, type MemorySource } from './memory-log.ts'
import { rateText } from './number-text.ts'
import { type PlanResult, type RatePlan, runPlan } from './rate-plan.ts'
import { type ReloadResult, type Reloads, startReloads } from './reloads.ts'
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
  /** Between two reloads of the model; undefined for none. */
  readonly reloadEveryMs: number | undefined
}

export interface BenchParts {
  readonly send: Send
  readonly clock: Clock
  readonly signal: AbortSignal
  readonly memory: MemorySource
  /** Loads the model anew. */
  readonly reload: () => Promise<void>
  /** Shows that a step runs; the function that it gets is called with how far the step is. */
  readonly watch: <T>(
    label: string,
    work: (onProgress: ((done: number, total: number) => void) | undefined) => Promise<T>,
  ) => Promise<T>
  readonly onStep: (step: StepResult, broken: readonly string[]) => void
}

export interface BenchResult extends PlanResult {
  readonly memory: readonly MemorySample[]
  readonly reloads: ReloadResult | undefined
  /** Stopped before its end; the last step is shorter. */
  readonly isStopped: boolean
}

/** A server that was pushed over its limit gets this long to clear its queues. */
const settleMs = 1000

/** Throws SLP-S7 when it is stopped before anything was measured. */
export async function runBench(options: BenchOptions, parts: BenchParts): Promise<BenchResult> {
  const { plan, warmupMs, sampleMs, reloadEveryMs } = options
  const { clock, signal, reload } = parts
  const load = loader(options, parts)
  if (warmupMs > 0) await load(plan.kind === 'fixed' ? plan.qps : plan.from, warmupMs, 'warm-up')
  if (signal.aborted) throw stopped()
  const log = logMemory(parts.memory, sampleMs, clock.nowMs)
  const reloads =
    reloadEveryMs === undefined
      ? undefined
      : startReloads({ pauseMs: reloadEveryMs, reload, nowMs: clock.nowMs })
  try {
    const result = await runSteps(options, parts, (qps) =>
      load(qps, options.durationMs, rateText(qps), reloads?.landed),
    )
    return {
      ...{ ...result, memory: await log.stop(), reloads: await reloads?.stop() },
      isStopped: signal.aborted,
    }
  } finally {
    await Promise.all([log.stop(), reloads?.stop()])
  }
}

/** The steps of the plan, or those before the stop. */
async function runSteps(
  { plan, slo, precision }: BenchOptions,
  { clock, signal, onStep }: BenchParts,
  load: (qps: number) => Promise<StepResult>,
): Promise<PlanResult> {
  const steps: StepResult[] = []
  const holds = (step: StepResult) => brokenRules(step, slo).length === 0
  const run = async (qps: number) => {
    const last = steps.at(-1)
    if (last && !holds(last)) await clock.until(clock.nowMs() + settleMs)
    if (signal.aborted) throw stopped()
    const step = await load(qps)
    steps.push(step)
    onStep(step, brokenRules(step, slo))
    if (signal.aborted) throw stopped()
    return step
  }
  try {
    return await runPlan(plan, { run, holds, precision })
  } catch (error) {
    if (signal.aborted && steps.length > 0) return { steps, best: steps.findLast(holds) }
    throw error
  }
}

function loader(
  { arrivals, seed, maxInFlight, timeoutMs }: BenchOptions,
  { clock, signal, send, watch }: BenchParts,
) {
  let index = 0
  return (qps: number, durationMs: number, label: string, onLanded?: Reloads['landed']) =>
    watch(label, (onProgress) =>
      runStep({
        ...{ qps, durationMs, arrivals, maxInFlight, timeoutMs, clock, signal, send, onLanded },
        // Another pattern of arrivals for each step, the same in each run of the test.
        seed: seed + index++,
        onProgress: onProgress && ((doneMs) => onProgress(doneMs, durationMs)),
      }),
    )
}

const stopped = () => new SlipwayError('SLP-S7', 'Cannot go on: the test was stopped')
