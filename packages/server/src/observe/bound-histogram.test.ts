import * as fc from 'fast-check'
import { Histogram, Registry } from 'prom-client'
import { expect, it } from 'vitest'
import { boundHistogram } from './bound-histogram.ts'

it("writes what the library's own histogram writes", async () => {
  const value = fc.oneof(fc.constantFrom(0, 1, 2, 4, 5), fc.double({ min: 0, max: 10, noNaN: true }))
  const label = fc.constantFrom('a', 'b', '', 'with "quotes"\n')
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(value, label, label)), async (list) => {
      const [ours, theirs] = [new Registry(), new Registry()]
      const options = { name: 'h', help: 'A help text.', labelNames: ['x', 'y'], buckets: [1, 2, 4] }
      const observe = boundHistogram(ours, options)
      const histogram = new Histogram({ ...options, registers: [theirs] })
      for (const [number, x, y] of list) {
        observe(number, x, y)
        histogram.observe({ x, y }, number)
      }
      expect(await ours.metrics()).toBe(await theirs.metrics())
    }),
  )
})

it('keeps labels apart that would be one text', async () => {
  const registry = new Registry()
  const observe = boundHistogram(registry, { name: 'h', help: 'h', labelNames: ['x', 'y'], buckets: [1] })
  observe(1, 'a', 'bc')
  observe(1, 'ab', 'c')
  expect((await registry.metrics()).match(/h_count\{/g)).toHaveLength(2)
})
