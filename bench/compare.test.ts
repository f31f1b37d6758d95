import { tensor } from '@slipway/core'
import { describe, expect, it } from 'vitest'
import { relativeL2 } from './compare.ts'

const one = (...data: readonly number[]) =>
  new Map([['y', tensor('float32', [data.length], Float32Array.from(data))]])

describe('relativeL2', () => {
  it('is the distance over the norm', () => {
    expect(relativeL2(one(3, 5), one(3, 4))).toBeCloseTo(0.2)
    expect(relativeL2(one(3, 4), one(3, 4))).toBe(0)
  })

  it('is the distance itself where nothing but zeros is expected', () => {
    expect(relativeL2(one(0, 0.5), one(0, 0))).toBe(0.5)
  })

  it('takes the worst output', () => {
    const two = (a: number, b: number) =>
      new Map([...one(a), ['z', tensor('float32', [1], Float32Array.of(b))]])
    expect(relativeL2(two(1, 3), two(1, 2))).toBe(0.5)
  })

  it('is infinite where an output is missing, has another shape, or a NaN stands alone', () => {
    expect(relativeL2(new Map(), one(1))).toBe(Number.POSITIVE_INFINITY)
    expect(relativeL2(one(1, 1), one(1))).toBe(Number.POSITIVE_INFINITY)
    expect(relativeL2(one(Number.NaN), one(1))).toBe(Number.POSITIVE_INFINITY)
    expect(relativeL2(one(1), one(Number.NaN))).toBe(Number.POSITIVE_INFINITY)
    expect(relativeL2(one(Number.NaN, 2), one(Number.NaN, 2))).toBe(0)
  })

  it('compares integers of 64 bits', () => {
    const whole = (value: bigint) => new Map([['y', tensor('int64', [1], BigInt64Array.of(value))]])
    expect(relativeL2(whole(3n), whole(3n))).toBe(0)
    expect(relativeL2(whole(3n), whole(2n))).toBe(0.5)
  })
})
