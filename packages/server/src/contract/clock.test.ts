import { expect, it } from 'vitest'
import { systemClock } from './clock.ts'

it.each([0, 0.3, 1, 4.5])(
  'never fires before its time, and never in the same turn: %d ms',
  async (delayMs) => {
    const startMs = systemClock.nowMs()
    let fired = false
    const elapsedMs = await new Promise<number>((resolve) => {
      systemClock.setTimer(delayMs, () => {
        fired = true
        resolve(systemClock.nowMs() - startMs)
      })
      expect(fired).toBe(false)
    })
    expect(elapsedMs).toBeGreaterThanOrEqual(delayMs)
  },
)

it('can be called off, before and after', async () => {
  const fired: number[] = []
  const stops = [0, 0.5, 2, 2 ** 40].map((ms) => systemClock.setTimer(ms, () => fired.push(ms)))
  for (const stop of stops) stop()
  await new Promise((resolve) => setTimeout(resolve, 20))
  for (const stop of stops) stop()
  expect(fired).toEqual([])
})
