/** Which rates are tried: one, a ramp, or a search for the highest that keeps the SLO. */
import { SlipwayError } from '@slipway/core'
import type { StepResult } from './step-result.ts'

export type RatePlan =
  | { readonly kind: 'fixed'; readonly qps: number }
  | { readonly kind: 'ramp'; readonly from: number; readonly to: number; readonly step: number }
  | { readonly kind: 'search'; readonly from: number; readonly to: number }

/** `100`, `100:1000:100`, `100:` or `100:5000`. Throws SLP-C1. */
export function parseRatePlan(text: string): RatePlan {
  const parts = text.split(':').map((part) => part.trim())
  const [from = Number.NaN, to = Number.NaN, step = Number.NaN] = parts.map(Number)
  const positive = (...values: readonly number[]) => values.every((value) => value > 0 && value < Infinity)
  if (parts.length === 1 && positive(from)) return { kind: 'fixed', qps: from }
  if (parts.length === 2 && parts[1] === '' && positive(from)) return { kind: 'search', from, to: Infinity }
  if (parts.length === 2 && positive(from, to) && from <= to) return { kind: 'search', from, to }
  if (parts.length === 3 && positive(from, to, step) && from <= to) return { kind: 'ramp', from, to, step }
  throw new SlipwayError(
    'SLP-C1',
    `Cannot read --qps: it must be a rate "100", a ramp "from:to:step", or a search "from:" or "from:to", got "${text}"`,
  )
}

export interface PlanOptions {
  readonly run: (qps: number) => Promise<StepResult>
  readonly holds: (step: StepResult) => boolean
  /** The gap between the last rate that holds and the first that does not, as a share, that ends a search. */
  readonly precision: number
}

export interface PlanResult {
  readonly steps: readonly StepResult[]
  /** The highest rate that held; undefined where none did. */
  readonly best: StepResult | undefined
}

/** Runs the steps of a plan up to the first that does not hold; a search then closes in on the limit. */
export async function runPlan(plan: RatePlan, { run, holds, precision }: PlanOptions): Promise<PlanResult> {
  const steps: StepResult[] = []
  let best: StepResult | undefined
  const passes = async (qps: number) => {
    const step = await run(qps)
    steps.push(step)
    if (!holds(step)) return false
    best = step
    return true
  }
  switch (plan.kind) {
    case 'fixed':
      await passes(plan.qps)
      break
    case 'ramp':
      // The tolerance keeps the last step where the sum of steps is off by rounding.
      for (let qps = plan.from; qps <= plan.to * (1 + 1e-9); qps += plan.step) if (!(await passes(qps))) break
      break
    case 'search':
      await search(plan, passes, precision)
      break
    default:
      plan satisfies never
  }
  return { steps, best }
}

async function search(
  { from, to }: { readonly from: number; readonly to: number },
  passes: (qps: number) => Promise<boolean>,
  precision: number,
): Promise<void> {
  let [low, high] = [0, from]
  while (await passes(high)) {
    if (high >= to) return
    low = high
    high = Math.min(high * 2, to)
  }
  while (high - low > high * precision) {
    const middle = (low + high) / 2
    if (await passes(middle)) low = middle
    else high = middle
    // Where nothing holds, high would shrink for ever.
    if (low === 0 && high < from / 32) return
  }
}
