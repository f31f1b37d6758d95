import { describe, expect, it } from 'vitest'
import { erf, erfc } from './erf.ts'

/** Reference values computed with 40 digits and rounded to double precision. */
const erfTable: readonly (readonly [number, number])[] = [
  [1e-10, 1.1283791670955126e-10],
  [0.5, 0.5204998778130465],
  [1, 0.8427007929497149],
  [1.7, 0.9837904585907745],
  [3, 0.9999779095030014],
  [5.5, 0.9999999999999927],
]
const erfcTable: readonly (readonly [number, number])[] = [
  [-2, 1.9953222650189528],
  [0.5, 0.4795001221869535],
  [1, 0.15729920705028513],
  [3, 2.209049699858544e-5],
  [10, 2.088487583762545e-45],
  [26, 5.663192408856143e-296],
]

function expectClose(got: number, expected: number): void {
  expect(Math.abs(got / expected - 1)).toBeLessThan(2e-15)
}

describe('erf', () => {
  it.each(erfTable)('of %f has double precision, odd', (x, expected) => {
    expectClose(erf(x), expected)
    expect(erf(-x)).toBe(-erf(x))
  })

  it('has its limits', () => {
    expect([0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN].map(erf)).toEqual([
      0,
      1,
      -1,
      Number.NaN,
    ])
  })

  it('does not fall', () => {
    let before = -1
    for (let x = -7; x <= 7; x += 1 / 64) {
      expect(erf(x)).toBeGreaterThanOrEqual(before)
      before = erf(x)
    }
  })
})

describe('erfc', () => {
  it.each(erfcTable)('of %f has double precision', (x, expected) => expectClose(erfc(x), expected))

  it('has its limits', () => {
    expect([0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN].map(erfc)).toEqual([
      1,
      0,
      2,
      Number.NaN,
    ])
  })
})
