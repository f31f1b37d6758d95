import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { oddFloat64, roundFloat } from './round-float.ts'

describe('roundFloat', () => {
  it.each([
    ['float64', 0.1, 0.1],
    ['float32', 0.1, Math.fround(0.1)],
    ['float16', 2049, 2048],
    ['bfloat16', 257, 256],
    ['float8e4m3fn', 500, Number.NaN],
    ['float8e8m0', 3, 4],
    ['int32', 3, 3],
  ] as const)('rounds to %s', (dtype, value, expected) => expect(roundFloat(dtype, value)).toEqual(expected))

  it('saturates where told', () => expect(roundFloat('float8e4m3fn', 500, { saturate: true })).toBe(448))
})

describe('oddFloat64', () => {
  it('rounds to float32 once', () => {
    // Number() rounds this to the middle of two float32 neighbours, and the second rounding goes down.
    const value = 2n ** 62n + 2n ** 38n + 1n
    expect(Math.fround(Number(value))).toBe(2 ** 62)
    expect(Math.fround(oddFloat64(value))).toBe(2 ** 62 + 2 ** 39)
  })

  it('lies within one unit of the integer and keeps its sign', () => {
    fc.assert(
      fc.property(fc.bigInt(-(2n ** 63n), 2n ** 64n - 1n), (value) => {
        const error = BigInt(oddFloat64(value)) - value
        return error > -2048n && error < 2048n && oddFloat64(-value) === -oddFloat64(value)
      }),
    )
  })
})
