/** So many requests a second, and some at once. */

import type { RateLimit } from '../contract/served-version.ts'

export interface TokenBucket {
  readonly limit: RateLimit
  tokens: number
  filledMs: number
}

export function fullBucket(limit: RateLimit, nowMs: number): TokenBucket {
  return { limit, tokens: limit.burst, filledMs: nowMs }
}

/** Adds what has come since the last time. */
export function refill(bucket: TokenBucket, nowMs: number): void {
  const { burst, perSecond } = bucket.limit
  const grown = (Math.max(0, nowMs - bucket.filledMs) * perSecond) / 1000
  bucket.tokens = Math.min(burst, bucket.tokens + grown)
  bucket.filledMs = nowMs
}

/** How long until the bucket holds a whole token; 0 where it does. */
export function waitMs({ tokens, limit }: TokenBucket): number {
  if (tokens >= 1) return 0
  return limit.perSecond > 0 ? ((1 - tokens) / limit.perSecond) * 1000 : Number.POSITIVE_INFINITY
}
