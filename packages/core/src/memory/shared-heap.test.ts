import { Worker } from 'node:worker_threads'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { webAssembly } from '../platform/web-assembly.ts'
import { formatHeap, openSharedHeap } from './shared-heap.ts'
import { firstAddress, header } from './shared-layout.ts'
import { reclaim, sharedShelf } from './shelf.ts'

const open = (initial = 2) => {
  const memory = new webAssembly.Memory({ initial, maximum: 4096, shared: true })
  formatHeap(memory, firstAddress)
  return memory
}

describe('openSharedHeap', () => {
  it('gives several users blocks that never overlap, and takes them back', () => {
    const action = fc.record({
      size: fc.integer({ min: 0, max: 100_000 }),
      user: fc.nat(2),
      free: fc.option(fc.nat()),
    })
    fc.assert(
      fc.property(fc.array(action, { maxLength: 80 }), (actions) => {
        const memory = open()
        const heaps = [1, 2, 3].map((user) => openSharedHeap(memory, user))
        const blocks: { address: number; size: number }[] = []
        for (const { size, user, free } of actions) {
          if (free !== null) {
            if (blocks.length > 0) heaps[user]!.free(blocks.splice(free % blocks.length, 1)[0]!.address)
            continue
          }
          const address = heaps[user]!.allocate(size)
          expect(address % 64).toBe(0)
          expect(address + size + 64).toBeLessThanOrEqual(memory.buffer.byteLength)
          for (const other of blocks)
            expect(address + size <= other.address || other.address + other.size <= address).toBe(true)
          blocks.push({ address, size })
          new Uint8Array(memory.buffer, address, size).fill(255)
        }
        for (const { address } of blocks) heaps[0]!.free(address)
        expect(heaps[1]!.usedBytes).toBe(0)
        expect([...heaps[2]!.headers()].length).toBeLessThanOrEqual(1)
      }),
    )
  })

  it('grows from the last block where that is free', () => {
    const memory = open()
    const heap = openSharedHeap(memory, 1)
    heap.free(heap.allocate(100_000))
    heap.allocate(150_000)
    expect(memory.buffer.byteLength).toBe(3 * 65536)
  })

  it('keeps its words in order under threads that run at once', { timeout: 60_000 }, async () => {
    const memory = open()
    const threads = [1, 2, 3].map((user) => hammer(memory, user))
    const kept = (await Promise.all(threads)).flat()
    const sorted = kept.toSorted((a, b) => a.address - b.address)
    sorted.forEach(({ address }, i) => {
      const before = sorted[i - 1]
      if (before) expect(before.address + before.size).toBeLessThanOrEqual(address)
    })
    const heap = openSharedHeap(memory, 4)
    for (const { address } of kept) heap.free(address)
    expect(heap.usedBytes).toBe(0)
  })
})

/** Allocates and frees in a thread; gives what it kept. */
function hammer(memory: object, user: number): Promise<{ address: number; size: number }[]> {
  const source = new URL('../../dist/memory/shared-heap.js', import.meta.url).href
  const code = `
    const { parentPort, workerData: { memory, user } } = await import('node:worker_threads')
    const { openSharedHeap } = await import(${JSON.stringify(source)})
    const heap = openSharedHeap(memory, user)
    const kept = []
    for (let i = 0; i < 1500; i++) {
      const size = (i * 7919 * user) % 5000
      kept.push({ address: heap.allocate(size), size })
      if (i % 3 !== 0) heap.free(kept.splice((i * 31) % kept.length, 1)[0].address)
    }
    parentPort.postMessage(kept)`
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL(`data:text/javascript,${encodeURIComponent(code)}`), {
      workerData: { memory, user },
    })
    worker.once('message', resolve)
    worker.once('error', reject)
  })
}

describe('sharedShelf', () => {
  const users = (memory = open()) => {
    const heaps = [1, 40].map((user) => openSharedHeap(memory, user))
    return { heaps, shelves: [sharedShelf(heaps[0]!, 1), sharedShelf(heaps[1]!, 40)] as const }
  }
  const nothing = () => {}

  it('shows a block to others once it is made, and keeps it for its last user', () => {
    const { heaps, shelves } = users()
    const [one, other] = shelves
    const address = one.make(() => {
      const made = one.add('a', 100)
      expect(other.find('a')).toBeUndefined()
      return made
    }, nothing)
    expect(other.find('a')).toBe(address)
    expect(other.find('b')).toBeUndefined()
    one.release(address)
    expect(other.find('a')).toBe(address)
    other.release(address)
    expect(one.find('a')).toBeUndefined()
    expect(heaps[0]!.usedBytes).toBe(0)
  })

  it('forgets blocks whose making failed', () => {
    const { heaps, shelves } = users()
    const failing = () =>
      shelves[0].make(() => {
        shelves[0].add('a', 10)
        throw new Error('stopped')
      }, nothing)
    expect(failing).toThrow('stopped')
    expect(shelves[1].find('a')).toBeUndefined()
    expect(heaps[0]!.usedBytes).toBe(0)
  })

  it('lets a waiting user go', () => {
    const { shelves } = users()
    const waiting = () =>
      shelves[1].make(nothing, () => {
        throw new Error('cancelled')
      })
    shelves[0].make(() => expect(waiting).toThrow('cancelled'), nothing)
    expect(shelves[1].make(() => 7, nothing)).toBe(7)
  })

  it('gives back what a dead user held, and nothing else', () => {
    const { heaps, shelves } = users()
    heaps[0]!.allocate(1000)
    heaps[1]!.allocate(500)
    const shared = shelves[0].make(() => shelves[0].add('shared', 200), nothing)
    shelves[1].find('shared')
    shelves[0].make(() => shelves[0].add('own', 300), nothing)
    reclaim(heaps[1]!, 1)
    expect(shelves[1].find('own')).toBeUndefined()
    expect(shelves[1].find('shared')).toBe(shared)
    const bytes = (size: number) => 64 * Math.ceil(size / 64) + header.sizeBytes
    expect(heaps[1]!.usedBytes).toBe(bytes(500) + bytes(200))
  })
})
