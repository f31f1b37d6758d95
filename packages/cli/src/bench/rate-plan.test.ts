import { describe, expect, it } from 'vitest'
import { parseRatePlan, runPlan } from './rate-plan.ts'
import { runStep } from './run-step.ts'
import { brokenRules, type Slo } from './slo.ts'
import { queueServer, virtualClock } from './testing/virtual-clock.ts'

const slo: Slo = { latencyMs: { p99: 50 }, errors: 0.001, achieved: 0.95 }

/** Runs a plan against a server that can do so many requests in a second. */
async function bench(plan: string, capacity: number, precision = 0.02) {
  const clock = virtualClock()
  const signal = new AbortController().signal
  const run = (qps: number) =>
    runStep({
      ...{ qps, durationMs: 5000, arrivals: 'constant', seed: 1, clock, signal },
      ...{ send: queueServer(clock, 1000 / capacity), maxInFlight: 10_000, timeoutMs: 60_000 },
    })
  const options = {
    run,
    holds: (step: Awaited<ReturnType<typeof run>>) => brokenRules(step, slo).length === 0,
  }
  const { steps, best } = await clock.run(runPlan(parseRatePlan(plan), { ...options, precision }))
  return { rates: steps.map(({ qps }) => qps), best: best?.qps }
}

describe('a rate plan', () => {
  it('searches the capacity of a server to within its precision', async () => {
    // 1 % over the capacity the queue is 50 ms long after the five seconds, which still counts as kept.
    const { best, rates } = await bench('10:', 300)
    expect(rates.slice(0, 6)).toEqual([10, 20, 40, 80, 160, 320])
    expect(best).toBeGreaterThanOrEqual(300 * 0.97)
    expect(best).toBeLessThanOrEqual(300 * 1.02)
  })

  it('searches downwards where the first rate is too much', async () => {
    const { best } = await bench('100:', 40)
    expect(best! / 40).toBeGreaterThan(0.95)
    expect(best! / 40).toBeLessThan(1.03)
  })

  it('ends where nothing holds', async () => {
    const { best, rates } = await bench('100:', 0.1)
    expect(best).toBeUndefined()
    expect(rates.length).toBeLessThan(10)
  })

  it('stops a search at its limit', async () => {
    expect(await bench('50:120', 1000)).toEqual({ rates: [50, 100, 120], best: 120 })
  })

  it('climbs a ramp up to the first rate that breaks the SLO', async () => {
    expect(await bench('50:400:50', 210)).toEqual({ rates: [50, 100, 150, 200, 250], best: 200 })
    expect(await bench('0.1:0.3:0.1', 100)).toMatchObject({ rates: { length: 3 } })
  })

  it('is one step at a fixed rate', async () => {
    expect(await bench('100', 300)).toEqual({ rates: [100], best: 100 })
    expect(await bench('100', 50)).toEqual({ rates: [100], best: undefined })
  })

  it.each(['', '0', '-1', 'x', '5:1', '1:2:0', '1:2:3:4', 'Infinity', ':5'])('refuses "%s"', (text) => {
    expect(() => parseRatePlan(text)).toThrow(/Cannot read --qps/)
  })
})

describe('an SLO', () => {
  const step = {
    ...{
      qps: 100,
      planned: 1000,
      sent: 1000,
      dropped: 0,
      takenBack: 0,
      cpuShare: 0,
      ok: 1000,
      errors: {},
      errorTexts: {},
    },
    ...{ offeredQps: 100, achievedQps: 100, spectrum: [], startedMs: 0, endedMs: 0 },
    latencyMs: { p50: 1, p90: 2, p99: 50, p999: 80, max: 90, mean: 1 },
    lateMs: { p50: 0, p90: 0, p99: 0, p999: 0, max: 0, mean: 0 },
  }

  it('is kept up to and at each limit', () => {
    expect(brokenRules({ ...step, ok: 999, achievedQps: 95 }, slo)).toEqual([])
  })

  it.each([
    [{ latencyMs: { ...step.latencyMs, p99: 51.2 } }, 'P99 51.2 ms is over 50 ms'],
    [{ ok: 998 }, 'errors 0.2 % are over 0.1 %'],
    [{ achievedQps: 94.9 }, '94.9/s achieved is under 95 % of 100/s'],
  ])('says what is broken: %o', (part, text) => {
    expect(brokenRules({ ...step, ...part }, slo)).toEqual([text])
  })

  it('is not kept by a server that answers nothing', () => {
    const none = { ...step, ok: 0, achievedQps: 0, latencyMs: { ...step.latencyMs, p99: 0 } }
    expect(brokenRules(none, slo)).toEqual([
      'P99 without an answer is over 50 ms',
      'errors 100 % are over 0.1 %',
      '0/s achieved is under 95 % of 100/s',
    ])
  })
})
