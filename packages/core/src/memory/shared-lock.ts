/**
 * The two locks of a shared heap. `lock` is held for as long as some words are changed; `maker` for as long as a user
 * fills blocks that others want too. Both name their holder, so that whoever ends a thread can tell what it held.
 */
import { heapWords } from './shared-layout.ts'

export interface HeapLock {
  /** Runs something short while nobody else may change the heap. */
  hold<Result>(act: () => Result): Result
  /** Takes the lock if it is free. */
  tryTake(): boolean
  release(): void
  /** Runs something long that nobody else may do meanwhile; `poll` is called while it waits, and may throw. */
  make<Result>(act: () => Result, poll: () => void): Result
  /** Frees what a dead user held. */
  breakOf(user: number): void
}

/** How long a waiting thread sleeps at most. */
const sleepMs = 5

export function openHeapLock(words: () => Int32Array, user: number): HeapLock {
  const take = (word: number): boolean => Atomics.compareExchange(words(), word / 4, 0, user) === 0
  const leave = (word: number, holder: number): void => {
    if (Atomics.compareExchange(words(), word / 4, holder, 0) === holder) Atomics.notify(words(), word / 4, 1)
  }
  const wait = (word: number): void => {
    const holder = Atomics.load(words(), word / 4)
    if (holder !== 0) Atomics.wait(words(), word / 4, holder, sleepMs)
  }
  const within = <Result>(word: number, act: () => Result, poll: () => void): Result => {
    while (!take(word)) {
      poll()
      wait(word)
    }
    try {
      return act()
    } finally {
      leave(word, user)
    }
  }
  return {
    hold: (act) => within(heapWords.lock, act, () => {}),
    tryTake: () => take(heapWords.lock),
    release: () => leave(heapWords.lock, user),
    make: (act, poll) => within(heapWords.maker, act, poll),
    breakOf(dead) {
      leave(heapWords.lock, dead)
      leave(heapWords.maker, dead)
    },
  }
}
