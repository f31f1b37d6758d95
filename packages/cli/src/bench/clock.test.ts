import { describe, expect, it } from 'vitest'
import { processClock } from './clock.ts'

describe('the clock of the process', () => {
  it('waits until its time and not less', async () => {
    const clock = processClock(new AbortController().signal)
    for (const ms of [0.05, 0.5, 3, 20]) {
      const goalMs = clock.nowMs() + ms
      await clock.until(goalMs)
      expect(clock.nowMs()).toBeGreaterThanOrEqual(goalMs)
    }
  })

  it('lets pending work go first, even when its time is past', async () => {
    const clock = processClock(new AbortController().signal)
    let done = false
    setImmediate(() => {
      done = true
    })
    await clock.until(clock.nowMs() - 1000)
    expect(done).toBe(true)
  })

  it('ends a long wait soon after an abort', async () => {
    const stop = new AbortController()
    const clock = processClock(stop.signal)
    setTimeout(() => stop.abort(), 10)
    // An hour, were it not stopped.
    await clock.until(clock.nowMs() + 3_600_000)
    expect(stop.signal.aborted).toBe(true)
  })
})
