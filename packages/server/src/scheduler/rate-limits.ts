/** How many requests a model takes, from all and from each tenant. */
import { SlipwayError } from '@slipway/core'
import { LRUCache } from 'lru-cache'
import { type Clock, systemClock } from '../contract/clock.ts'
import type { ModelRates, RateLimit } from '../contract/served-version.ts'
import { fullBucket, refill, type TokenBucket, waitMs } from './token-bucket.ts'

export interface RateLimitOptions {
  /** What holds for a model now; undefined: no limit. A limit that changes starts with a full bucket. */
  readonly rules: (model: string) => ModelRates | undefined
  readonly clock?: Clock
  /** Buckets that are kept; the one that was not used for longest is forgotten, and is full when it comes back. */
  readonly maxBuckets?: number
}

export interface RateLimits {
  /**
   * Counts a request.
   *
   * @throws SLP-R10 over a limit, with `details.retryAfterMs`; such a request counts towards no limit.
   */
  take(tenant: string, model: string): void
}

export function createRateLimits({
  rules,
  clock = systemClock,
  maxBuckets = 100_000,
}: RateLimitOptions): RateLimits {
  const buckets = new LRUCache<string, TokenBucket>({ max: maxBuckets })

  function bucketOf(key: string, limit: RateLimit, nowMs: number): TokenBucket {
    const known = buckets.get(key)
    if (known && sameLimit(known.limit, limit)) {
      refill(known, nowMs)
      return known
    }
    const bucket = fullBucket(limit, nowMs)
    buckets.set(key, bucket)
    return bucket
  }

  return {
    take(tenant, model) {
      const { rate, tenantRate } = rules(model) ?? {}
      const nowMs = clock.nowMs()
      const used: TokenBucket[] = []
      if (rate) used.push(check(bucketOf(JSON.stringify([model]), rate, nowMs), `model "${model}"`))
      if (tenantRate) {
        const key = JSON.stringify([model, tenant])
        used.push(check(bucketOf(key, tenantRate, nowMs), `tenant "${tenant}" of model "${model}"`))
      }
      for (const bucket of used) bucket.tokens -= 1
    },
  }
}

function sameLimit(a: RateLimit, b: RateLimit): boolean {
  return a.perSecond === b.perSecond && a.burst === b.burst
}

function check(bucket: TokenBucket, who: string): TokenBucket {
  const retryAfterMs = waitMs(bucket)
  if (retryAfterMs === 0) return bucket
  const { perSecond, burst } = bucket.limit
  const rule = `at most ${perSecond} a second and ${burst} at once are allowed for ${who}`
  const known = Number.isFinite(retryAfterMs)
  throw new SlipwayError('SLP-R10', `Cannot answer request: ${rule}, got one more`, {
    remedy: known ? `Try again in ${Math.ceil(retryAfterMs)} ms.` : 'Ask for a higher limit.',
    ...(known && { retryAfterMs }),
  })
}
