import { describe, expect, it } from 'vitest'
import { runStep, type StepOptions } from './run-step.ts'
import { plannedTimes } from './schedule.ts'
import type { Send } from './send.ts'
import { queueServer, virtualClock } from './testing/virtual-clock.ts'

const clock = () => virtualClock()

function step(at: ReturnType<typeof clock>, send: Send, more: Partial<StepOptions> = {}) {
  return at.run(
    runStep({
      ...{ qps: 100, durationMs: 10_000, arrivals: 'constant', seed: 1, send, clock: at },
      ...{ signal: new AbortController().signal, maxInFlight: 10_000, timeoutMs: 60_000 },
      ...more,
    }),
  )
}

describe('an open loop', () => {
  it('counts every request from its planned start, so a stall shows in all it delays', async () => {
    const at = clock()
    // Answers at once, but for two seconds from 4 s on: those of the stall come all together at its end.
    const send: Send = (_index, done) => {
      const nowMs = at.nowMs()
      at.at(nowMs >= 4000 && nowMs < 6000 ? 6000 : nowMs + 1, () => done())
      return () => {}
    }
    const { planned, ok, latencyMs } = await step(at, send)
    expect({ planned, ok }).toEqual({ planned: 1000, ok: 1000 })
    // A fifth of the requests was planned within the stall: half of them waited more than a second.
    expect(latencyMs.max).toBe(2000)
    expect(latencyMs.p50).toBeCloseTo(1, 2)
    expect(latencyMs.p90 / 1000).toBeCloseTo(1, 1)
    expect(latencyMs.p99 / 1000).toBeCloseTo(1.9, 1)
  })

  it('counts from the plan when it is late itself, and says how late', async () => {
    const at = clock()
    const slow = { ...at, until: (atMs: number) => at.until(Math.ceil(atMs / 500) * 500) }
    const { latencyMs, lateMs, planned, sent } = await step(at, queueServer(at, 0), { clock: slow })
    expect({ planned, sent }).toEqual({ planned: 1000, sent: 1000 })
    expect(lateMs.max).toBe(490)
    expect(latencyMs.max).toBe(490)
    expect(latencyMs.p50 / 250).toBeCloseTo(1, 1)
  })

  it('reports the capacity of a server that cannot keep up', async () => {
    const at = clock()
    const { offeredQps, achievedQps, ok } = await step(at, queueServer(at, 20))
    expect({ offeredQps, ok }).toEqual({ offeredQps: 100, ok: 1000 })
    expect(achievedQps).toBeCloseTo(50, 0)
  })

  it('does not take the latency of the last request for missing throughput', async () => {
    const at = clock()
    const send: Send = (_index, done) => {
      at.at(at.nowMs() + 5000, () => done())
      return () => {}
    }
    expect((await step(at, send)).achievedQps).toBe(100)
  })

  it('drops what is over the bound, and counts it', async () => {
    const at = clock()
    const { planned, sent, dropped, ok, errors } = await step(at, queueServer(at, 20), { maxInFlight: 7 })
    expect(planned).toBe(1000)
    expect(sent + dropped).toBe(planned)
    expect(errors).toEqual({ dropped })
    expect(ok).toBe(sent)
    // The worker is always busy: 500 in 10 s, and those open at the end.
    expect(ok).toBeGreaterThanOrEqual(500)
    expect(ok).toBeLessThanOrEqual(508)
  })

  it('gives up what has no answer in time, once', async () => {
    const at = clock()
    let cancelled = 0
    const send: Send = (index, done) => {
      // The answer of every tenth comes long after its time.
      at.at(at.nowMs() + (index % 10 === 0 ? 3000 : 1), () => done())
      return () => {
        cancelled++
      }
    }
    const { ok, errors } = await step(at, send, { timeoutMs: 1000 })
    expect({ ok, errors, cancelled }).toEqual({ ok: 900, errors: { timeout: 100 }, cancelled: 100 })
  })

  it('counts errors by their code, with what the first said, and keeps them out of the latencies', async () => {
    const at = clock()
    const send: Send = (index, done) => {
      const failure = index % 4 === 0 ? { code: '503', text: `queue is full ${index}` } : undefined
      at.at(at.nowMs() + (failure ? 500 : 2), () => done(failure))
      return () => {}
    }
    const { ok, errors, errorTexts, latencyMs } = await step(at, send)
    expect({ ok, errors }).toEqual({ ok: 750, errors: { 503: 250 } })
    expect(errorTexts).toEqual({ 503: 'queue is full 0' })
    expect(latencyMs.max).toBeCloseTo(2, 6)
  })

  it('ends early when it is stopped, and takes back what is open', async () => {
    const at = clock()
    const stop = new AbortController()
    at.at(2005, () => stop.abort())
    let cancelled = 0
    const never: Send = () => () => {
      cancelled++
    }
    const { planned, takenBack, errors } = await step(at, never, { signal: stop.signal })
    expect({ planned, errors }).toEqual({ planned: 0, errors: {} })
    expect([201, 202]).toContain(takenBack)
    expect(cancelled).toBe(takenBack)
  })
})

describe('a step that is stopped', () => {
  it('counts what it has sent over the time that it ran', async () => {
    const at = clock()
    const stop = new AbortController()
    at.at(2005, () => stop.abort())
    const { planned, ok, offeredQps } = await step(at, queueServer(at, 1), { signal: stop.signal })
    expect(planned).toBe(ok)
    expect([201, 202]).toContain(ok)
    expect(offeredQps).toBeCloseTo(100, -0.5)
  })

  it('says what the load generator used', async () => {
    const at = clock()
    expect((await step(at, queueServer(at, 1))).cpuShare).toBeCloseTo(0.25, 6)
  })
})

describe('a schedule', () => {
  it('of constant arrivals has exactly rate × duration of them, evenly', () => {
    const times = [...plannedTimes({ arrivals: 'constant', qps: 3, durationMs: 7000, seed: 0 })]
    expect(times.length).toBe(21)
    expect(times[20]).toBeCloseTo((20 * 1000) / 3, 9)
  })

  it('of Poisson arrivals has gaps with the spread of an exponential, the same for a seed', () => {
    const plan = { arrivals: 'poisson', qps: 200, durationMs: 100_000, seed: 7 } as const
    const times = [...plannedTimes(plan)]
    expect(times).toEqual([...plannedTimes(plan)])
    expect(times).not.toEqual([...plannedTimes({ ...plan, seed: 8 })])
    const gaps = times.slice(1).map((atMs, i) => atMs - times[i]!)
    const mean = gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length
    const variance = gaps.reduce((sum, gap) => sum + (gap - mean) ** 2, 0) / gaps.length
    // 20,000 arrivals: four standard deviations are 2.8 %.
    expect(Math.abs(times.length / 20_000 - 1)).toBeLessThan(0.028)
    expect(Math.abs(Math.sqrt(variance) / mean - 1)).toBeLessThan(0.05)
  })
})
