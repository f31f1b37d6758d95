import { SlipwayError } from '@slipway/core'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { ModelRates } from '../contract/served-version.ts'
import { fakeClock } from '../testing/fake-clock.ts'
import { createRateLimits, type RateLimits } from './rate-limits.ts'

const only = (rates: Partial<ModelRates>) => () => ({ rate: undefined, tenantRate: undefined, ...rates })

/** Milliseconds to wait, 0 where the request was taken. */
function tryTake(limits: RateLimits, tenant = 'a', model = 'm'): number | undefined {
  try {
    limits.take(tenant, model)
    return 0
  } catch (error) {
    if (!(error instanceof SlipwayError) || error.code !== 'SLP-R10') throw error
    return error.details.retryAfterMs
  }
}

describe('a limit', () => {
  it('lets a burst through, then so many a second, and says how long to wait', async () => {
    const clock = fakeClock()
    const limits = createRateLimits({ rules: only({ tenantRate: { perSecond: 10, burst: 3 } }), clock })
    expect([1, 2, 3].map(() => tryTake(limits))).toEqual([0, 0, 0])
    expect(tryTake(limits)).toBeCloseTo(100)
    clock.freeze(40)
    expect(tryTake(limits)).toBeCloseTo(60)
    clock.freeze(60)
    expect([tryTake(limits), tryTake(limits)]).toEqual([0, expect.closeTo(100)])
    clock.freeze(10_000)
    expect([1, 2, 3, 4].map(() => tryTake(limits) === 0)).toEqual([true, true, true, false])
    expect(() => limits.take('a', 'm')).toThrow(
      /SLP-R10.*10 a second and 3 at once.*tenant "a" of model "m".*Try again in 100 ms/,
    )
  })

  it('holds for each tenant and model apart, and for all tenants of a model together', () => {
    const rules = (model: string) => ({
      tenantRate: { perSecond: 1, burst: 1 },
      rate: model === 'm' ? { perSecond: 1, burst: 2 } : undefined,
    })
    const limits = createRateLimits({ rules, clock: fakeClock() })
    const taken = (tenant: string, model: string) => tryTake(limits, tenant, model) === 0
    expect([taken('a', 'm'), taken('a', 'm'), taken('b', 'm'), taken('c', 'm')]).toEqual([
      true,
      false,
      true,
      false,
    ])
    expect([taken('a', 'n'), taken('b', 'n'), taken('c', 'n'), taken('a', 'n')]).toEqual([
      true,
      true,
      true,
      false,
    ])
  })

  it('counts nothing where another limit refuses', () => {
    const clock = fakeClock()
    const limits = createRateLimits({
      rules: only({ rate: { perSecond: 1, burst: 2 }, tenantRate: { perSecond: 0.001, burst: 1 } }),
      clock,
    })
    expect(tryTake(limits, 'a')).toBe(0)
    for (let i = 0; i < 5; i++) expect(tryTake(limits, 'a')).toBeGreaterThan(0)
    expect(tryTake(limits, 'b')).toBe(0)
  })

  it('of nothing a second names no time to wait', () => {
    const limits = createRateLimits({ rules: only({ rate: { perSecond: 0, burst: 1 } }), clock: fakeClock() })
    expect([tryTake(limits), tryTake(limits)]).toEqual([0, undefined])
  })

  it('can change', () => {
    let perSecond = 1
    const limits = createRateLimits({
      rules: () => only({ rate: { perSecond, burst: 1 } })(),
      clock: fakeClock(),
    })
    expect([tryTake(limits), tryTake(limits)]).toEqual([0, 1000])
    perSecond = 2
    expect([tryTake(limits), tryTake(limits)]).toEqual([0, 500])
  })

  it('is none where there are no rules', () => {
    const limits = createRateLimits({ rules: () => undefined })
    expect(Array.from({ length: 1000 }, () => tryTake(limits))).toEqual(new Array(1000).fill(0))
  })

  it('remembers no more tenants than it may', () => {
    const limits = createRateLimits({
      rules: only({ tenantRate: { perSecond: 1, burst: 1 } }),
      clock: fakeClock(),
      maxBuckets: 2,
    })
    for (const tenant of ['a', 'b', 'c']) tryTake(limits, tenant)
    expect(['c', 'b', 'a'].map((tenant) => tryTake(limits, tenant) === 0)).toEqual([false, false, true])
  })

  it('lets through at most burst and rate times time, and what it says to wait is enough', () => {
    const limit = fc.record({
      perSecond: fc.integer({ min: 1, max: 50 }),
      burst: fc.integer({ min: 1, max: 5 }),
    })
    fc.assert(
      fc.property(limit, fc.array(fc.integer({ min: 0, max: 80 }), { maxLength: 80 }), (rate, waits) => {
        const clock = fakeClock(0)
        const limits = createRateLimits({ rules: only({ rate }), clock })
        let taken = 0
        for (const wait of waits) {
          clock.freeze(wait)
          const retryMs = tryTake(limits)!
          if (retryMs === 0) taken += 1
          else {
            clock.freeze(retryMs + 1e-6)
            expect(tryTake(limits)).toBe(0)
            taken += 1
          }
          expect(taken).toBeLessThanOrEqual(rate.burst + (clock.nowMs() * rate.perSecond) / 1000 + 1e-6)
        }
      }),
    )
  })
})
