import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  decodeE8M0,
  decodeSmallFloat,
  encodeE8M0,
  encodeSmallFloat,
  maxFinitePattern,
  type PowerRounding,
  type SmallFloatType,
} from './small-float.ts'

const inf = Number.POSITIVE_INFINITY
const nan = Number.NaN

interface Facts {
  readonly bits: number
  readonly max: number
  readonly minNormal: number
  readonly minSubnormal: number
  readonly nans: number
  /** What +infinity becomes without and with saturation. */
  readonly infinity: number
}

// The parameters stand in the OCP tables (OFP8 1.0, MX 1.0) and in IEEE 754-2019.
const facts: Record<SmallFloatType, Facts> = {
  float16: {
    bits: 16,
    max: 65504,
    minNormal: 2 ** -14,
    minSubnormal: 2 ** -24,
    nans: 2 * (2 ** 10 - 1),
    infinity: inf,
  },
  bfloat16: {
    bits: 16,
    max: 2 ** 127 * (2 - 2 ** -7),
    minNormal: 2 ** -126,
    minSubnormal: 2 ** -133,
    nans: 2 * (2 ** 7 - 1),
    infinity: inf,
  },
  float8e4m3fn: { bits: 8, max: 448, minNormal: 2 ** -6, minSubnormal: 2 ** -9, nans: 2, infinity: nan },
  float8e4m3fnuz: { bits: 8, max: 240, minNormal: 2 ** -7, minSubnormal: 2 ** -10, nans: 1, infinity: nan },
  float8e5m2: { bits: 8, max: 57344, minNormal: 2 ** -14, minSubnormal: 2 ** -16, nans: 6, infinity: inf },
  float8e5m2fnuz: {
    bits: 8,
    max: 57344,
    minNormal: 2 ** -15,
    minSubnormal: 2 ** -17,
    nans: 1,
    infinity: nan,
  },
  float6e2m3: { bits: 6, max: 7.5, minNormal: 1, minSubnormal: 0.125, nans: 0, infinity: 7.5 },
  float6e3m2: { bits: 6, max: 28, minNormal: 0.25, minSubnormal: 0.0625, nans: 0, infinity: 28 },
  float4e2m1: { bits: 4, max: 6, minNormal: 1, minSubnormal: 0.5, nans: 0, infinity: 6 },
}
const types = Object.keys(facts) as SmallFloatType[] // keys of a literal object
const small = types.filter((type) => facts[type].bits <= 8)

const patterns = (type: SmallFloatType) => Array.from({ length: 2 ** facts[type].bits }, (_, i) => i)
const decode = (type: SmallFloatType, value: number, saturate = false) =>
  decodeSmallFloat(type, encodeSmallFloat(type, value, { saturate }))

describe.each(types)('%s', (type) => {
  const { bits, max, minNormal, minSubnormal, nans, infinity } = facts[type]

  it('has the limits of its table', () => {
    const values = patterns(type).map((pattern) => decodeSmallFloat(type, pattern))
    const finite = values.filter((value) => Number.isFinite(value) && value > 0)
    expect(decodeSmallFloat(type, maxFinitePattern(type))).toBe(max)
    expect(Math.max(...finite)).toBe(max)
    expect(Math.min(...finite)).toBe(minSubnormal)
    expect(values.filter(Number.isNaN).length).toBe(nans)
    expect(decodeSmallFloat(type, encodeSmallFloat(type, minNormal))).toBe(minNormal)
  })

  it('gives every pattern back, NaN payloads aside', () => {
    for (const pattern of patterns(type)) {
      const value = decodeSmallFloat(type, pattern)
      if (!Number.isNaN(value)) expect(encodeSmallFloat(type, value)).toBe(pattern)
      else expect(decode(type, value)).toBeNaN()
    }
  })

  it('rounds between neighbours to the nearer one and in the middle to the even pattern', () => {
    for (let pattern = 0; pattern < maxFinitePattern(type); pattern++) {
      const [low, high] = [decodeSmallFloat(type, pattern), decodeSmallFloat(type, pattern + 1)]
      const step = high - low
      expect(encodeSmallFloat(type, low + step / 4)).toBe(pattern)
      expect(encodeSmallFloat(type, low + (step * 3) / 4)).toBe(pattern + 1)
      expect(encodeSmallFloat(type, low + step / 2)).toBe(pattern % 2 === 0 ? pattern : pattern + 1)
    }
  })

  it('treats values beyond the largest as its table says', () => {
    const beyond = max * 1.5
    expect(decode(type, beyond)).toEqual(infinity)
    expect(decode(type, inf)).toEqual(infinity)
    expect(decode(type, -beyond)).toEqual(-infinity)
    expect(decode(type, beyond, true)).toBe(max)
    expect(decode(type, -inf, true)).toBe(-max)
    expect(decode(type, nan, true)).toEqual(nans > 0 ? nan : -0)
  })

  it('keeps the sign of zero unless the format has one zero', () => {
    expect(decode(type, 2 ** -200)).toBe(0)
    expect(Object.is(decode(type, -0), -0)).toBe(!type.endsWith('fnuz'))
    expect(encodeSmallFloat(type, -(2 ** -200))).toBe(type.endsWith('fnuz') ? 0 : 2 ** (bits - 1))
  })
})

describe('encodeSmallFloat', () => {
  it.each(small)('finds the nearest of all values of %s', (type) => {
    const values = patterns(type)
      .map((pattern) => decodeSmallFloat(type, pattern))
      .filter(Number.isFinite)
    const nearest = (x: number) => Math.min(...values.map((value) => Math.abs(value - x)))
    const inside = fc.double({ min: -facts[type].max, max: facts[type].max, noNaN: true })
    fc.assert(fc.property(inside, (x) => Math.abs(decode(type, x) - x) === nearest(x)))
  })
})

describe('encodeE8M0', () => {
  it('gives every pattern back', () => {
    for (let pattern = 0; pattern < 255; pattern++) {
      for (const rounding of ['up', 'down', 'nearest'] as const) {
        expect(encodeE8M0(decodeE8M0(pattern), rounding)).toBe(pattern)
      }
    }
    expect(encodeE8M0(decodeE8M0(255))).toBe(255)
  })

  const rows: readonly (readonly [number, PowerRounding, boolean, number])[] = [
    [1.01, 'up', true, 2],
    [1.99, 'down', true, 1],
    [1.49, 'nearest', true, 1],
    [1.5, 'nearest', true, 2],
    [0, 'up', true, 2 ** -127],
    [0, 'nearest', false, nan],
    [2 ** -140, 'down', true, 2 ** -127],
    [2 ** -140, 'nearest', false, nan],
    [inf, 'up', true, 2 ** 127],
    [inf, 'nearest', false, nan],
    [2 ** 127 * 1.5, 'up', true, 2 ** 127],
    [2 ** 127 * 1.5, 'up', false, nan],
    [-1, 'up', true, nan],
    [nan, 'up', true, nan],
  ]
  it.each(rows)('stores %d (%s, saturate %s) as %d', (value, rounding, saturate, expected) => {
    expect(decodeE8M0(encodeE8M0(value, rounding, saturate))).toEqual(expected)
  })
})
