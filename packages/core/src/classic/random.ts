/** Whole numbers and orders drawn from the counter-based stream: equal seeds give equal draws everywhere. */
import { type RandomStream, randomStream } from '../ops/random.ts'

export type { RandomStream }
export { randomStream }

/** A whole number from 0 to `bound` - 1. */
export const integerBelow = (stream: RandomStream, bound: number): number =>
  Math.floor(stream.uniform() * bound)

/** The elements in random order, a copy (Fisher-Yates). */
export function shuffled<T>(items: readonly T[], stream: RandomStream): T[] {
  const result = [...items]
  for (let i = result.length - 1; i > 0; i--) {
    const j = integerBelow(stream, i + 1)
    const kept = result[i]!
    result[i] = result[j]!
    result[j] = kept
  }
  return result
}

/** 0 to `count` - 1. */
export const upTo = (count: number): number[] => Array.from({ length: count }, (_, i) => i)
