import { describe, expect, it } from 'vitest'
import { philox, randomStream } from './random.ts'

type Block = readonly [number, number, number, number]

// The known answers of philox4x32-10 that Random123 publishes (kat_vectors).
const known: readonly { counter: Block; key: readonly [number, number]; words: Block }[] = [
  { counter: [0, 0, 0, 0], key: [0, 0], words: [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8] },
  {
    counter: [0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff],
    key: [0xffffffff, 0xffffffff],
    words: [0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd],
  },
  {
    counter: [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344],
    key: [0xa4093822, 0x299f31d0],
    words: [0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1],
  },
]

describe('philox', () => {
  for (const { counter, key, words } of known) {
    it(`of ${counter.map((word) => word.toString(16))}`, () => expect(philox(counter, key)).toEqual(words))
  }
})

const draws = (seed: number, stream = 0) => {
  const random = randomStream(seed, stream)
  return Array.from({ length: 8 }, () => random.uniform())
}

describe('randomStream', () => {
  it('repeats for one seed and stream', () => expect(draws(7, 3)).toEqual(draws(7, 3)))
  it('differs between streams and between seeds, fractions and signs included', () => {
    const firsts = [draws(7, 3), draws(7, 4), draws(8, 3), draws(7.5, 3), draws(-7, 3)].map(
      ([first]) => first,
    )
    expect(new Set(firsts).size).toBe(firsts.length)
  })
  it('stays within [0, 1)', () => {
    expect(draws(1).every((x) => x >= 0 && x < 1)).toBe(true)
  })
})
