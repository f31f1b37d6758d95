import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { openHeap } from './heap.ts'

const growing = (start: number) => {
  let end = start
  return (sizeBytes: number) => {
    const from = end
    end += Math.max(4096, sizeBytes)
    return { start: from, sizeBytes: end - from }
  }
}

it('gives blocks that never overlap, and takes them back', () => {
  const action = fc.oneof(
    fc.record({ size: fc.integer({ min: 0, max: 3000 }), gap: fc.integer({ min: 0, max: 500 }) }),
    fc.record({ free: fc.nat() }),
  )
  fc.assert(
    fc.property(fc.array(action, { maxLength: 120 }), (actions) => {
      const heap = openHeap(growing(1024))
      const blocks: { address: number; size: number }[] = []
      for (const one of actions) {
        if ('size' in one) {
          const address = heap.allocate(one.size, one.gap)
          expect(address % 64).toBe(0)
          expect(address).toBeGreaterThanOrEqual(1024)
          for (const other of blocks)
            expect(address + one.size <= other.address || other.address + other.size <= address).toBe(true)
          blocks.push({ address, size: one.size })
        } else if (blocks.length > 0) heap.free(blocks.splice(one.free % blocks.length, 1)[0]!.address)
      }
      for (const { address } of blocks) heap.free(address)
      expect(heap.usedBytes).toBe(0)
    }),
  )
})

it('joins free neighbours, so that memory is used again', () => {
  const heap = openHeap(growing(1024))
  const parts = [heap.allocate(1024), heap.allocate(1024), heap.allocate(1024)]
  for (const part of [parts[1]!, parts[0]!, parts[2]!]) heap.free(part)
  expect(heap.allocate(3072)).toBe(parts[0])
})

it('lets the last block grow where it lies, with small blocks in the gap before it', () => {
  const heap = openHeap(growing(1024))
  const arena = heap.allocate(10_000, 2000)
  const small = heap.allocate(500)
  expect(small).toBeLessThan(arena)
  heap.free(arena)
  const larger = heap.allocate(50_000, 2000 - 512)
  expect(larger).toBe(arena)
  expect(heap.allocate(1400)).toBeLessThan(larger)
})

it('extends the memory by no more than what is missing behind the free end', () => {
  let sum = 0
  const heap = openHeap((sizeBytes) => {
    sum += sizeBytes
    return { start: 64 + sum - sizeBytes, sizeBytes }
  })
  const first = heap.allocate(6400)
  heap.free(first)
  expect(heap.allocate(9600)).toBe(first)
  expect(sum).toBe(9600)
})
