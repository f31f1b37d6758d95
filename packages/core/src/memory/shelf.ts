/**
 * Blocks that several users share, by names that say what is in them: weights in the order that a kernel wants, and
 * tables. A block stays for as long as one of its users is left.
 */
import { type Digest, digest } from '../base/digest.ts'
import type { Heap } from './heap.ts'
import type { SharedHeap, SharedWords } from './shared-heap.ts'
import { bucketCount, header, heapWords, named } from './shared-layout.ts'

export interface Shelf {
  /** The block with a name, which this user then shares. */
  find(name: string): number | undefined
  /** A block that others find once `publish` was called. Call within `make`. */
  add(name: string, sizeBytes: number): number
  /** This user needs the block no more. */
  release(address: number): void
  /**
   * Runs what looks for blocks and fills those that are missing, while no other user does so. Blocks added in it can
   * be found once it is over; where it throws, they are gone.
   */
  make<Result>(act: () => Result, poll: () => void): Result
}

/** Of a heap that has one user only. */
export function privateShelf(heap: Heap): Shelf {
  let added: number[] = []
  return {
    find: () => undefined,
    add(_, sizeBytes) {
      const address = heap.allocate(sizeBytes)
      added.push(address)
      return address
    },
    release: (address) => heap.free(address),
    make(act) {
      added = []
      try {
        return act()
      } catch (error) {
        for (const address of added) heap.free(address)
        throw error
      }
    },
  }
}

const encoder = new TextEncoder()

/** What a block's header says of its name. */
const keyOf = (name: string): Digest => digest(encoder.encode(name))

export function sharedShelf({ words, lock, take, drop }: SharedHeap, user: number): Shelf {
  let added: number[] = []
  return {
    find(name) {
      const key = keyOf(name)
      return lock.hold(() => {
        const at = findHeader(words, key)
        if (at === undefined) return undefined
        setUser(words, at, user, true)
        return at + header.sizeBytes
      })
    },
    add(name, sizeBytes) {
      const key = keyOf(name)
      return lock.hold(() => {
        const at = take(sizeBytes, named) - header.sizeBytes
        key.forEach((word, i) => void words.set(at + header.name + 4 * i, word))
        words.set(at + header.users, 0)
        words.set(at + header.users + 4, 0)
        words.set(at + header.maker, user)
        setUser(words, at, user, true)
        const bucket = bucketOf(key[0])
        words.set(at + header.nextInBucket, words.get(bucket))
        words.set(bucket, at)
        added.push(at)
        return at + header.sizeBytes
      })
    },
    release: (address) => lock.hold(() => leave({ words, drop }, address - header.sizeBytes, user)),
    make: (act, poll) =>
      lock.make(() => {
        added = []
        try {
          const result = act()
          lock.hold(() => {
            for (const at of added) words.set(at + header.maker, 0)
          })
          return result
        } catch (error) {
          lock.hold(() => {
            for (const at of added) leave({ words, drop }, at, user)
          })
          throw error
        }
      }, poll),
  }
}

/** Gives back all that a dead user held. The caller holds the lock of the heap. */
export function reclaim({ words, headers, drop }: SharedHeap, dead: number): void {
  const held: number[] = []
  for (const at of headers()) {
    const owner = words.get(at + header.owner) | 0
    if (owner === dead || (owner === named && hasUser(words, at, dead))) held.push(at)
  }
  // Behind the walk, which a block that joins its neighbours would confuse.
  for (const at of held) {
    if ((words.get(at + header.owner) | 0) === dead) drop(at + header.sizeBytes)
    else leave({ words, drop }, at, dead)
  }
}

const bucketOf = (word: number): number => heapWords.buckets + 4 * ((word >>> 0) % bucketCount)

function findHeader(words: SharedWords, key: Digest): number | undefined {
  for (let at = words.get(bucketOf(key[0])); at !== 0; at = words.get(at + header.nextInBucket)) {
    const isNamed = key.every((word, i) => words.get(at + header.name + 4 * i) === word >>> 0)
    if (isNamed && words.get(at + header.maker) === 0) return at
  }
  return undefined
}

/** Takes a user off a block, and the block off its list with the last one. */
function leave({ words, drop }: Pick<SharedHeap, 'words' | 'drop'>, at: number, user: number): void {
  setUser(words, at, user, false)
  if (words.get(at + header.users) !== 0 || words.get(at + header.users + 4) !== 0) return
  const bucket = bucketOf(words.get(at + header.name))
  let link = bucket
  while (words.get(link) !== at) link = words.get(link) + header.nextInBucket
  words.set(link, words.get(at + header.nextInBucket))
  drop(at + header.sizeBytes)
}

const wordOf = (at: number, user: number): number => at + header.users + 4 * (user >> 5)

const hasUser = (words: SharedWords, at: number, user: number): boolean =>
  (words.get(wordOf(at, user)) & (1 << (user & 31))) !== 0

function setUser(words: SharedWords, at: number, user: number, isUser: boolean): void {
  const word = wordOf(at, user)
  const bit = 1 << (user & 31)
  words.set(word, isUser ? words.get(word) | bit : words.get(word) & ~bit)
}
