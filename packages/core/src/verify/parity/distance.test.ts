import { describe, expect, it } from 'vitest'
import { tensor } from '../../base/tensor.ts'
import { countNonFinite, type Distance, distance, isWithin, limitOf } from './distance.ts'

const floats = (...values: readonly number[]) => tensor('float32', [values.length], Float32Array.from(values))
const measured = (got: readonly number[], expected: readonly number[]): Distance => {
  const found = distance(floats(...got), floats(...expected))
  if (typeof found === 'string') throw new Error(found)
  return found
}

describe('distance', () => {
  it('measures length, largest gap, angle and place', () => {
    const found = measured([3, 4.5], [3, 4])
    expect(found).toMatchObject({ maxAbs: 0.5, elements: 2, worst: { index: 1, got: '4.5', expected: '4' } })
    expect(found.relativeL2).toBeCloseTo(0.1)
    expect(found.cosine).toBeCloseTo((9 + 18) / (Math.hypot(3, 4.5) * 5))
    expect(isWithin(found, 0.2)).toBe(true)
    expect(isWithin(found, 0.05)).toBe(false)
  })

  it('takes NaN for NaN and infinities for themselves, and for nothing else', () => {
    const odd = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -0]
    expect(measured(odd, odd)).toMatchObject({ relativeL2: 0, maxAbs: 0, worst: undefined })
    for (const [got, expected] of [
      [Number.NaN, 1],
      [1, Number.NaN],
      [Infinity, -Infinity],
      [1e30, Infinity],
    ])
      expect(measured([got!], [expected!]).relativeL2).toBe(Number.POSITIVE_INFINITY)
    expect(countNonFinite(floats(...odd, 1))).toBe(3)
  })

  it('counts elements of types that must agree exactly', () => {
    const [a, b] = [
      [1n, 2n, 3n],
      [1n, 5n, 3n],
    ].map((list) => tensor('int64', [3], BigInt64Array.from(list)))
    expect(limitOf(a!)).toBe(0)
    expect(distance(a!, b!)).toMatchObject({ mismatches: 1, worst: { index: 1, got: '2', expected: '5' } })
  })

  it('says how structures differ', () => {
    expect(distance(floats(1), floats(1, 2))).toBe('it has shape [1], not [2]')
    expect(distance(floats(1), tensor('float64', [1], Float64Array.of(1)))).toBe(
      'it has dtype float32, not float64',
    )
    expect(distance(floats(), floats())).toMatchObject({ relativeL2: 0, elements: 0, cosine: 1 })
  })
})
