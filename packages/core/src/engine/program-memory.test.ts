import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { graphBuilder } from '../ir/builder.ts'
import { openSharedHeap } from '../memory/shared-heap.ts'
import { openProgramMemory } from './program-memory.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

/** Users of one memory, each with a block. */
function open(count: number) {
  const { memory } = openProgramMemory(graphBuilder({ name: 'empty' }).build([]))!
  const users = Array.from({ length: count }, () => {
    const { memory: shared, user } = memory.enter()!
    const heap = openSharedHeap(shared, user)
    heap.allocate(1000)
    return { user, heap }
  })
  return { memory, users }
}

const gone = async () => {}
const later = () => vi.advanceTimersByTimeAsync(1000)

it('changes nothing while a user that is alive changes the heap, however long that takes', async () => {
  const { memory, users } = open(3)
  const [one, other, slow] = users
  const { usedBytes } = slow!.heap
  expect(slow!.heap.lock.tryTake()).toBe(true)
  const terminated: number[] = []
  const ends = [one!, other!].map(({ user }) => memory.end(user, async () => void terminated.push(user)))
  await later()
  expect(terminated).toEqual([one!.user, other!.user])
  expect(slow!.heap.usedBytes).toBe(usedBytes)
  slow!.heap.lock.release()
  await later()
  await Promise.all(ends)
  expect(slow!.heap.usedBytes).toBe(usedBytes / 3)
  expect(slow!.heap.lock.tryTake()).toBe(true)
})

it('gives back what users held that die together, one of them while it changes the heap', async () => {
  const { memory, users } = open(3)
  const [one, other, alive] = users
  const { usedBytes } = alive!.heap
  expect(other!.heap.lock.tryTake()).toBe(true)
  const ends = [one!, other!].map(({ user }) => memory.end(user, gone))
  await later()
  await Promise.all(ends)
  expect(alive!.heap.usedBytes).toBe(usedBytes / 3)
  expect(memory.allocate(1000)).toBeDefined()
})
