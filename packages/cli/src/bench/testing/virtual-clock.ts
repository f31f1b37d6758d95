/** A clock that jumps from event to event, so that tests of minutes take no time and no chance. */
import type { Clock } from '../clock.ts'
import type { Send } from '../send.ts'

export interface VirtualClock extends Clock {
  /** Calls `act` once the clock is there. */
  at(atMs: number, act: () => void): void
  /** Lets time pass until `work` is done. */
  run<T>(work: Promise<T>): Promise<T>
}

interface Event {
  readonly atMs: number
  readonly act: () => void
}

export function virtualClock(): VirtualClock {
  const events: Event[] = []
  let nowMs = 0
  const at = (atMs: number, act: () => void) => {
    const later = events.findIndex((event) => event.atMs > atMs)
    events.splice(later < 0 ? events.length : later, 0, { atMs: Math.max(atMs, nowMs), act })
  }
  const jump = () => {
    const event = events.shift()
    if (!event) throw new Error('nothing will happen any more')
    nowMs = event.atMs
    event.act()
  }
  return {
    nowMs: () => nowMs,
    cpuMs: () => nowMs / 4,
    until: (atMs) => new Promise((resolve) => at(atMs, resolve)),
    at,
    async run(work) {
      let done = false
      const end = () => {
        done = true
      }
      work.then(end, end)
      for (;;) {
        // Everything that has been resolved runs before time passes.
        await new Promise((resolve) => setImmediate(resolve))
        if (done) return work
        jump()
      }
    },
  }
}

/** A server with one worker that takes `serviceMs` for a request, in the order in which they come. */
export function queueServer(clock: VirtualClock, serviceMs: number): Send {
  let freeMs = 0
  return (_index, done) => {
    freeMs = Math.max(freeMs, clock.nowMs()) + serviceMs
    clock.at(freeMs, () => done())
    return () => {}
  }
}
