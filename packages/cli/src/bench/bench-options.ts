/** The options of `slipway bench serve` that say how much load, and what must hold under it. */
import { SlipwayError } from '@slipway/core'
import type { CommandArgs, OptionSpec } from '../define-command.ts'
import { choice, positiveMs, share, timeMs, wholeNumber } from '../io/option-values.ts'
import { parseRatePlan } from './rate-plan.ts'
import type { BenchOptions } from './run-bench.ts'
import { arrivalKinds } from './schedule.ts'
import { type Slo, sloPercentiles } from './slo.ts'

export const benchOptions: readonly OptionSpec[] = [
  {
    flags: '--qps <plan>',
    about:
      'requests per second: "100"; "from:to:step" up to the first that breaks the SLO; "from:" or "from:to" doubles and then closes in on the limit',
    fallback: '100',
  },
  { flags: '--precision <share>', about: 'how close a search gets to the limit', fallback: '5%' },
  { flags: '--duration <time>', about: 'of each step', fallback: '10s' },
  { flags: '--warmup <time>', about: 'load before the first step that is not counted', fallback: '2s' },
  { flags: '--arrivals <kind>', about: arrivalKinds.join(' or '), fallback: arrivalKinds[0] },
  { flags: '--seed <number>', about: 'of arrivals and random inputs', fallback: '1' },
  {
    flags: '--max-in-flight <count>',
    about: 'open requests; more are not sent and count as errors',
    fallback: '10000',
  },
  { flags: '--timeout <time>', about: 'of each request, from its planned start', fallback: '10s' },
  { flags: '--slo-p50 <time>', about: 'largest median latency' },
  { flags: '--slo-p90 <time>', about: 'largest P90' },
  { flags: '--slo-p99 <time>', about: 'largest P99' },
  { flags: '--slo-p999 <time>', about: 'largest P99.9' },
  { flags: '--slo-errors <share>', about: 'largest share of failed requests', fallback: '0.1%' },
  { flags: '--slo-achieved <share>', about: 'least share of the offered rate', fallback: '95%' },
  {
    flags: '--reload-every <time>',
    about: 'load the model anew while load runs, with so much time between: needs --model-control explicit',
  },
  { flags: '--sample <time>', about: "between two looks at the server's memory", fallback: '1s' },
]

const optionOf = { p50: 'sloP50', p90: 'sloP90', p99: 'sloP99', p999: 'sloP999' } as const

/** Throws SLP-C1. */
export function readBenchOptions(args: CommandArgs): BenchOptions {
  const plan = parseRatePlan(args.text('qps')!)
  const durationMs = positiveMs(args, 'duration')!
  const least = plan.kind === 'fixed' ? plan.qps : plan.from
  if (least * durationMs < 1000) {
    throw new SlipwayError(
      'SLP-C1',
      `Cannot measure: a step must have a request, got ${least}/s for ${durationMs} ms`,
    )
  }
  return {
    ...{ plan, durationMs },
    slo: readSlo(args),
    precision: Math.max(share(args, 'precision')!, 0.001),
    arrivals: choice(args, 'arrivals', arrivalKinds),
    seed: wholeNumber(args, 'seed', 0, 2 ** 32 - 1),
    warmupMs: timeMs(args, 'warmup')!,
    maxInFlight: wholeNumber(args, 'maxInFlight', 1),
    timeoutMs: positiveMs(args, 'timeout')!,
    reloadEveryMs: positiveMs(args, 'reloadEvery'),
    sampleMs: Math.max(timeMs(args, 'sample')!, 10),
  }
}

function readSlo(args: CommandArgs): Slo {
  const limits = sloPercentiles.flatMap((name) => {
    const ms = timeMs(args, optionOf[name])
    return ms === undefined ? [] : [[name, ms] as const]
  })
  return {
    latencyMs: Object.fromEntries(limits),
    errors: share(args, 'sloErrors')!,
    achieved: share(args, 'sloAchieved')!,
  }
}
