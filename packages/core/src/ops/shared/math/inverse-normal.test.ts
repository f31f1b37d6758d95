import { describe, expect, it } from 'vitest'
import { inverseNormal } from './inverse-normal.ts'

// Quantiles to 16 digits from Python's statistics.NormalDist.
const table = [
  [1e-12, -7.034483825301132],
  [0.001, -3.090232306167813],
  [0.3, -0.5244005127080407],
  [0.5, 0],
  [0.6, 0.2533471031357998],
  [0.975, 1.9599639845400536],
] as const

describe('inverseNormal', () => {
  for (const [p, x] of table) it(`of ${p}`, () => expect(inverseNormal(p)).toBeCloseTo(x, 13))
  it('is infinite at the ends', () => {
    expect([inverseNormal(0), inverseNormal(1)]).toEqual([Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY])
  })
  it('is NaN outside', () =>
    expect([inverseNormal(-0.1), inverseNormal(1.1), inverseNormal(Number.NaN)]).toEqual([
      Number.NaN,
      Number.NaN,
      Number.NaN,
    ]))
})
