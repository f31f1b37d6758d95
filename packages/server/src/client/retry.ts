/** Tries again what the server has not done, later and later, until it is done or the time is over. */
import { setTimeout as wait } from 'node:timers/promises'
import { SlipwayError } from '@slipway/core'
import type { Outcome } from './outcome.ts'

export interface RetryOptions {
  /** In all; 4 unless given, 1: never again. */
  readonly tries?: number
  /** Before the second try; 50 unless given. It doubles from try to try. */
  readonly firstDelayMs?: number
  /** 2000 unless given. What the server asks for may be longer. */
  readonly mostDelayMs?: number
}

/** Time and chance, so that tests can have them their way. */
export interface Clock {
  readonly nowMs: () => number
  readonly wait: (ms: number, signal: AbortSignal) => Promise<void>
  readonly random: () => number
}

export const systemClock: Clock = {
  nowMs: () => performance.now(),
  wait: async (ms, signal) => {
    await wait(ms, undefined, { signal })
  },
  random: () => Math.random(),
}

export interface Attempt {
  /** Aborted by the caller, and at the deadline. */
  readonly signal: AbortSignal
  /** Left of the deadline; undefined: for ever. */
  readonly leftMs: number | undefined
}

interface RetryCall {
  readonly signal: AbortSignal | undefined
  readonly deadlineMs: number | undefined
  /** True where doing it twice does no harm, so that a broken connection is no reason to give up. */
  readonly isSafe: boolean
}

/**
 * Runs a call until it succeeds.
 *
 * @throws SLP-R20 past the deadline, the signal's reason once it is aborted, and the last error.
 */
export async function withRetries<T>(
  run: (attempt: Attempt) => Promise<Outcome<T>>,
  { signal, deadlineMs, isSafe }: RetryCall,
  { tries = 4, firstDelayMs = 50, mostDelayMs = 2000 }: RetryOptions,
  clock: Clock,
): Promise<T> {
  const endMs = deadlineMs === undefined ? undefined : clock.nowMs() + deadlineMs
  const limits = [signal, deadlineMs === undefined ? undefined : AbortSignal.timeout(deadlineMs)]
  const both = AbortSignal.any(limits.filter((one) => one !== undefined))
  for (let tried = 1; ; tried++) {
    signal?.throwIfAborted()
    const leftMs = endMs === undefined ? undefined : endMs - clock.nowMs()
    if (leftMs !== undefined && leftMs <= 0) throw late(deadlineMs)
    const outcome = await run({ signal: both, leftMs })
    if (outcome.ok) return outcome.value
    signal?.throwIfAborted()
    const { error, execution } = outcome
    if (endMs !== undefined && clock.nowMs() >= endMs) throw late(deadlineMs, error)
    const mayTry = execution === 'none' || (execution === 'unknown' && isSafe)
    if (!mayTry || tried >= tries) throw error
    // Half of the delay is chance, so that clients that were turned away together do not come back together.
    const backOffMs = Math.min(mostDelayMs, firstDelayMs * 2 ** (tried - 1)) * (0.5 + clock.random() / 2)
    const delayMs = Math.max(backOffMs, error.details.retryAfterMs ?? 0)
    if (endMs !== undefined && clock.nowMs() + delayMs >= endMs) throw error
    await pause(delayMs, both, clock)
  }
}

async function pause(ms: number, signal: AbortSignal, clock: Clock): Promise<void> {
  try {
    await clock.wait(ms, signal)
  } catch (error) {
    // The loop says why.
    if (!signal.aborted) throw error
  }
}

function late(deadlineMs: number | undefined, cause?: SlipwayError): SlipwayError {
  const message = `Cannot finish call: its answer must come within ${deadlineMs} ms, got none`
  return new SlipwayError('SLP-R20', message, { cause })
}
