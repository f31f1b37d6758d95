/** What happens when: items by the time at which they are due, and one timer for the earliest of them. */
import type { Clock } from '../contract/clock.ts'
import { insert, type Timed, takeOut } from './heap.ts'

export interface Timetable<T> {
  /** Puts an item in, or moves it; Infinity takes it out. */
  set(item: T, dueMs: number): void
  remove(item: T): void
  /** Calls `onDue` for everything that is due by now; so does the timer, which may be late on a busy thread. */
  sweep(nowMs: number): void
}

export function createTimetable<T extends Timed>(clock: Clock, onDue: (item: T) => void): Timetable<T> {
  const heap: T[] = []
  let timerMs = Number.POSITIVE_INFINITY
  let lastOrder = 0
  let stopTimer: (() => void) | undefined

  function set(item: T, dueMs: number): void {
    remove(item)
    if (dueMs === Number.POSITIVE_INFINITY) return
    item.dueMs = dueMs
    item.dueOrder = lastOrder += 1
    insert(heap, item)
    arm()
  }

  function remove(item: T): void {
    takeOut(heap, item)
    if (heap.length === 0) disarm()
  }

  function sweep(nowMs: number): void {
    for (let first = heap[0]; first && first.dueMs <= nowMs; first = heap[0]) {
      remove(first)
      onDue(first)
    }
  }

  /** A timer that is earlier than needed stays: items come and go far more often than one is due. */
  function arm(): void {
    const first = heap[0]
    if (!first || first.dueMs >= timerMs) return
    stopTimer?.()
    timerMs = first.dueMs
    stopTimer = clock.setTimer(Math.max(0, timerMs - clock.nowMs()), () => {
      timerMs = Number.POSITIVE_INFINITY
      sweep(clock.nowMs())
      arm()
    })
  }

  function disarm(): void {
    stopTimer?.()
    timerMs = Number.POSITIVE_INFINITY
    stopTimer = undefined
  }

  return { set, remove, sweep }
}
