/**
 * A heap whose bookkeeping lies in the shared memory that it divides, so that several threads allocate in it, and
 * another one can give back what a thread held that has died.
 */
import { SlipwayError } from '../base/errors.ts'
import type { WasmMemory } from '../platform/web-assembly.ts'
import type { Heap } from './heap.ts'
import { alignUp } from './place.ts'
import { header, heapWords, readableBytes } from './shared-layout.ts'
import { type HeapLock, openHeapLock } from './shared-lock.ts'

export const pageBytes = 65536

/** The words of a memory, as unsigned numbers, wherever it has grown to. */
export interface SharedWords {
  get(address: number): number
  set(address: number, value: number): void
  /** All of the memory. */
  readonly view: Int32Array
}

export interface SharedHeap extends Heap {
  readonly words: SharedWords
  readonly lock: HeapLock
  /** Headers of all blocks, in order. Call while holding the lock. */
  headers(): Iterable<number>
  /** A block without taking the lock: for those who hold it. */
  take(sizeBytes: number, owner: number): number
  /** Gives a block back without taking the lock. */
  drop(address: number): void
}

/** Makes a memory ready for users; what lies before `start` is left alone. Call once. */
export function formatHeap(memory: WasmMemory, start: number): void {
  const words = new Int32Array(memory.buffer)
  const first = alignUp(start)
  words[heapWords.start / 4] = first
  words[heapWords.end / 4] = first
}

/** The heap as one user sees it. `user` is a number from 1 on that nobody else has. */
export function openSharedHeap(memory: WasmMemory, user: number): SharedHeap {
  const words = openWords(memory)
  const lock = openHeapLock(() => words.view, user)
  const blocks = openBlocks(memory, words)
  return {
    words,
    lock,
    ...blocks,
    allocate: (sizeBytes) => lock.hold(() => blocks.take(sizeBytes, user)),
    free(address) {
      if (address !== 0) lock.hold(() => blocks.drop(address))
    },
    get usedBytes() {
      return words.get(heapWords.used)
    },
  }
}

/** A memory that another thread has grown has a longer buffer, which `grow` fetches. */
function openWords(memory: WasmMemory): SharedWords {
  let view = new Int32Array(memory.buffer)
  const current = () => {
    if (view[heapWords.end / 4]! >>> 0 > view.byteLength) memory.grow(0)
    if (view.buffer !== memory.buffer) view = new Int32Array(memory.buffer)
    return view
  }
  return {
    get: (address) => current()[address / 4]! >>> 0,
    set(address, value) {
      current()[address / 4] = value
    },
    get view() {
      return current()
    },
  }
}

type Blocks = Pick<SharedHeap, 'headers' | 'take' | 'drop'>

function openBlocks(memory: WasmMemory, words: SharedWords): Blocks {
  const { get, set } = words
  const free = openFreeList(words)
  const { resize, insert } = openRow(words, free)
  const sizeOf = (at: number) => get(at + header.size)
  const extend = (size: number) => {
    const start = get(heapWords.end)
    const last = get(heapWords.last)
    const isLastFree = last !== 0 && get(start - last + header.owner) === 0
    const missing = start + size - (isLastFree ? last : 0) + readableBytes - memory.buffer.byteLength
    if (missing > 0) growMemory(memory, Math.ceil(missing / pageBytes))
    const end = memory.buffer.byteLength - readableBytes
    set(start + header.before, last)
    set(heapWords.end, end)
    set(heapWords.last, end - start)
    insert(start, end - start)
  }
  return {
    *headers() {
      const end = get(heapWords.end)
      for (let at = get(heapWords.start); at < end; at += sizeOf(at)) yield at
    },
    take(sizeBytes, owner) {
      const size = Math.max(64, alignUp(sizeBytes)) + header.sizeBytes
      if (free.find(size) === 0) extend(size)
      const at = free.find(size)
      free.remove(at)
      set(at + header.owner, owner)
      const rest = sizeOf(at) - size
      if (rest > header.sizeBytes) {
        resize(at, size)
        insert(at + size, rest)
      }
      set(heapWords.used, get(heapWords.used) + sizeOf(at))
      return at + header.sizeBytes
    },
    drop(address) {
      const at = address - header.sizeBytes
      set(heapWords.used, get(heapWords.used) - sizeOf(at))
      insert(at, sizeOf(at))
    },
  }
}

interface Row {
  /** Tells the block behind, or the end, how large a block is now. */
  resize(at: number, size: number): void
  /** Adds a free block, joined with free neighbours. */
  insert(start: number, sizeBytes: number): void
}

/** Blocks as they lie, each behind the one before. */
function openRow({ get, set }: SharedWords, free: FreeList): Row {
  const resize = (at: number, size: number) => {
    set(at + header.size, size)
    const behind = at + size
    set(behind === get(heapWords.end) ? heapWords.last : behind + header.before, size)
  }
  return {
    resize,
    insert(start, sizeBytes) {
      let [at, size] = [start, sizeBytes]
      const behind = at + size
      if (behind !== get(heapWords.end) && get(behind + header.owner) === 0) {
        free.remove(behind)
        size += get(behind + header.size)
      }
      const before = get(at + header.before)
      if (before !== 0 && get(at - before + header.owner) === 0) {
        at -= before
        size += before
        free.remove(at)
      }
      free.add(at)
      resize(at, size)
    },
  }
}

interface FreeList {
  add(at: number): void
  remove(at: number): void
  /** A block of at least this size, or 0. */
  find(size: number): number
}

function openFreeList({ get, set }: SharedWords): FreeList {
  return {
    add(at) {
      const next = get(heapWords.free)
      set(at + header.owner, 0)
      set(at + header.previousFree, 0)
      set(at + header.nextFree, next)
      if (next !== 0) set(next + header.previousFree, at)
      set(heapWords.free, at)
    },
    remove(at) {
      const [next, previous] = [get(at + header.nextFree), get(at + header.previousFree)]
      if (previous === 0) set(heapWords.free, next)
      else set(previous + header.nextFree, next)
      if (next !== 0) set(next + header.previousFree, previous)
    },
    find(size) {
      let at = get(heapWords.free)
      while (at !== 0 && get(at + header.size) < size) at = get(at + header.nextFree)
      return at
    },
  }
}

/** Throws SLP-L4 where a memory cannot grow. */
export function growMemory(memory: WasmMemory, pages: number): void {
  try {
    memory.grow(pages)
  } catch (cause) {
    throw new SlipwayError(
      'SLP-L4',
      `Cannot allocate memory: 4 GiB are the most, got ${memory.buffer.byteLength} bytes and ${pages} pages more`,
      { cause },
    )
  }
}
