/** A clock that stands still until a test moves it. */
import type { Clock } from '../contract/clock.ts'

export interface FakeClock extends Clock {
  /** Timers that are set. */
  readonly timers: number
  /** Moves on and fires what is due on the way, each timer at its own time, with a turn for promises after each. */
  advance(ms: number): Promise<void>
  /** Moves on without firing anything, as a thread that is busy does. */
  freeze(ms: number): void
}

interface Timer {
  readonly dueMs: number
  readonly run: () => void
}

export function fakeClock(startMs = 1000): FakeClock {
  const timers = new Set<Timer>()
  let nowMs = startMs
  return {
    nowMs: () => nowMs,
    setTimer(delayMs, run) {
      const timer = { dueMs: nowMs + delayMs, run }
      timers.add(timer)
      return () => timers.delete(timer)
    },
    get timers() {
      return timers.size
    },
    async advance(ms) {
      const endMs = nowMs + ms
      for (let next = earliest(timers); next && next.dueMs <= endMs; next = earliest(timers)) {
        timers.delete(next)
        nowMs = Math.max(nowMs, next.dueMs)
        next.run()
        await turn()
      }
      nowMs = endMs
      await turn()
    },
    freeze(ms) {
      nowMs += ms
    },
  }
}

function earliest(timers: ReadonlySet<Timer>): Timer | undefined {
  return [...timers].reduce<Timer | undefined>((a, b) => (a && a.dueMs <= b.dueMs ? a : b), undefined)
}

/** Lets promises that are settled be heard. */
export function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
