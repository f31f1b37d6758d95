import { setTimeout as sleep } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { startReloads } from './reloads.ts'

it('reloads part the requests into those that they overlap and the others', async () => {
  let nowMs = 0
  const gates: { readonly end: () => void; readonly fail: (error: Error) => void }[] = []
  const reload = () =>
    new Promise<void>((end, fail) => {
      gates.push({ end, fail })
    })
  const begun = async (count: number) => {
    while (gates.length < count) await sleep(1)
  }
  const reloads = startReloads({ pauseMs: 1, reload, nowMs: () => nowMs })
  // Before the first.
  reloads.landed(0, 1, undefined)
  nowMs = 10
  await begun(1)
  // Planned before it, ended in it; and one that failed in it.
  reloads.landed(5, 12, undefined)
  reloads.landed(11, 13, { code: '503', text: 'no' })
  nowMs = 20
  gates[0]!.end()
  await sleep(0)
  // Planned in it, ended after it; then one that has nothing to do with it.
  reloads.landed(19, 25, undefined)
  reloads.landed(26, 30, undefined)
  nowMs = 40
  await begun(2)
  const ended = reloads.stop()
  nowMs = 50
  gates[1]!.fail(new Error('no such model'))
  const { during, outside, durationMs, ...rest } = await ended
  expect(rest).toEqual({ count: 2, failed: 1, failure: 'no such model' })
  expect([during.ok, during.failed, outside.ok, outside.failed]).toEqual([2, 1, 2, 0])
  expect([during.latencyMs.max, outside.latencyMs.max, durationMs.max]).toEqual([7, 4, 10])
  // Nothing more begins.
  await sleep(10)
  expect(gates.length).toBe(2)
})
