import { expect, it } from 'vitest'
import { refreshing } from './refreshing.ts'

interface Read {
  end(): void
  fail(): void
}

function setUp() {
  const reads: Read[] = []
  let running = 0
  let most = 0
  const refresh = refreshing(async () => {
    most = Math.max(most, ++running)
    try {
      await new Promise<void>((end, reject) => reads.push({ end, fail: () => reject(new Error('down')) }))
    } finally {
      running--
    }
  })
  return { refresh, reads, most: () => most }
}
const settled = () => new Promise((resolve) => setImmediate(resolve))

it('reads once more for all who ask while it reads, and never twice at a time', async () => {
  const { refresh, reads, most } = setUp()
  const ended: string[] = []
  void refresh().then(() => ended.push('first'))
  for (const name of ['second', 'third']) void refresh().then(() => ended.push(name))
  reads[0]!.end()
  await settled()
  expect([ended, reads.length]).toEqual([['first'], 2])
  reads[1]!.end()
  await settled()
  expect(ended).toEqual(['first', 'second', 'third'])
  await Promise.all([refresh(), reads[2]!.end()])
  expect([reads.length, most()]).toEqual([3, 1])
})

it('reads again though the read before failed', async () => {
  const { refresh, reads } = setUp()
  const first = refresh()
  const second = refresh()
  reads[0]!.fail()
  await expect(first).rejects.toThrow('down')
  await settled()
  reads[1]!.end()
  await expect(second).resolves.toBeUndefined()
})

it('shares a read that began after the call', async () => {
  const { refresh, reads, most } = setUp()
  // Asks again in the very turn in which the first read ends.
  const first = refresh().then(() => refresh())
  const waiting = refresh()
  reads[0]!.end()
  await settled()
  expect([reads.length, most()]).toEqual([2, 1])
  reads[1]!.end()
  await Promise.all([first, waiting])
})
