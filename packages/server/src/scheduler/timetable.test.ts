import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { fakeClock } from '../testing/fake-clock.ts'
import { type Timed, untimed } from './heap.ts'
import { createTimetable } from './timetable.ts'

it('fires every item at its time, once, in order, unless it was taken out', async () => {
  const action = fc.record({
    item: fc.nat(9),
    at: fc.oneof(fc.nat(50), fc.constant(Number.POSITIVE_INFINITY)),
  })
  await fc.assert(
    fc.asyncProperty(fc.array(action, { maxLength: 40, size: 'max' }), async (actions) => {
      const clock = fakeClock(0)
      const fired: [number, number][] = []
      const items = Array.from({ length: 10 }, (_, id) => ({ ...untimed, id }))
      const table = createTimetable<Timed & { id: number }>(clock, ({ id }) =>
        fired.push([clock.nowMs(), id]),
      )
      const due = new Map<number, number>()
      for (const { item, at } of actions) {
        table.set(items[item]!, at)
        due.delete(item)
        if (at !== Number.POSITIVE_INFINITY) due.set(item, at)
      }
      await clock.advance(60)
      expect(fired).toEqual(
        [...due].map(([id, at]) => [at, id] as [number, number]).sort((a, b) => a[0] - b[0]),
      )
      expect(clock.timers).toBe(0)
    }),
    { numRuns: 50 },
  )
})
