import { describe, expect, it } from 'vitest'
import { geometricMean, quantile, speedups, summary } from './statistics.ts'

describe('quantile', () => {
  it('interpolates between neighbours, whatever the order', () => {
    expect(quantile([4, 1, 3, 2], 0.5)).toBe(2.5)
    expect(quantile([10, 20, 30], 0.1)).toBeCloseTo(12)
    expect(quantile([7], 0.9)).toBe(7)
  })

  it('is NaN for nothing', () => expect(quantile([], 0.5)).toBeNaN())
})

describe('summary', () => {
  it('takes the least and the middle', () => expect(summary([3, 1, 8])).toEqual({ min: 1, median: 3 }))
  it('is NaN for nothing', () => expect(summary([])).toEqual({ min: Number.NaN, median: Number.NaN }))
})

describe('speedups', () => {
  it('compares within each round, so that a slow moment of both cancels out', () => {
    const { median, p10, p90 } = speedups([10, 100, 10], [5, 50, 5])
    expect([median, p10, p90]).toEqual([2, 2, 2])
  })

  it('is under 1 for what is slower than the baseline', () => {
    expect(speedups([1, 1], [4, 4]).median).toBe(0.25)
  })

  it('ignores rounds that the baseline did not run', () => {
    expect(speedups([2], [1, 100]).median).toBe(2)
  })
})

it('geometricMean', () => expect(geometricMean([2, 8])).toBeCloseTo(4))
