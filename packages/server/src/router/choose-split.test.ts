import { describe, expect, it } from 'vitest'
import type { Split } from '../contract/rollout.ts'
import { chooseSplit, stickyDraw, targetText } from './choose-split.ts'

const splits = (canary: number, beta = 0): Split[] => [
  { target: { label: 'canary' }, percent: canary },
  { target: { label: 'beta' }, percent: beta },
]
const keys = Array.from({ length: 10_000 }, (_, i) => `user-${i}`)
const placesOf = (list: readonly Split[], model = 'm') =>
  keys.map((key) => {
    const split = chooseSplit(list, stickyDraw(model, key))
    return split ? targetText(split.target) : 'default'
  })
const count = (places: readonly string[], place: string) => places.filter((one) => one === place).length
/** Six standard deviations of a binomial distribution: a correct split fails once in half a billion. */
const bound = (percent: number) => 6 * Math.sqrt(keys.length * (percent / 100) * (1 - percent / 100))

describe('chooseSplit', () => {
  it.each([1, 10, 33, 90])('gives a sticky split its %i percent', (percent) => {
    const got = count(placesOf(splits(percent)), 'label canary')
    expect(Math.abs(got - keys.length * (percent / 100))).toBeLessThan(bound(percent))
  })

  it('gives a later split its part of the whole', () => {
    const got = count(placesOf(splits(50, 25)), 'label beta')
    expect(Math.abs(got - keys.length * 0.25)).toBeLessThan(bound(25))
  })

  it('gives a random split its part', () => {
    let drawn = 0
    for (const _ of keys) if (chooseSplit(splits(20), () => Math.random())) drawn++
    expect(Math.abs(drawn - keys.length * 0.2)).toBeLessThan(bound(20))
  })

  it('never moves a key away while its share grows', () => {
    const shares = [0, 1, 5, 25, 50, 100]
    const growth = shares.map((share) => placesOf(splits(share)))
    for (const [i, places] of growth.slice(1).entries()) {
      const before = growth[i]!
      expect(places.every((place, k) => before[k] !== 'label canary' || place === 'label canary')).toBe(true)
    }
  })

  it('moves keys of other splits only where the growing one takes them', () => {
    const [before, after] = [placesOf(splits(10, 20)), placesOf(splits(30, 20))]
    const moved = keys.filter((_, i) => before[i] === 'label beta' && after[i] === 'default')
    expect(moved).toEqual([])
  })

  it('gives 0 percent nothing and 100 percent everything', () => {
    expect(count(placesOf(splits(0)), 'default')).toBe(keys.length)
    expect(count(placesOf(splits(100)), 'label canary')).toBe(keys.length)
  })

  it('draws anew for each model', () => {
    expect(placesOf(splits(50), 'a')).not.toEqual(placesOf(splits(50), 'b'))
  })
})
