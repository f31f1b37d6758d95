import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { digestText } from './digest.ts'

it('tells apart what differs in one bit, in length or in order', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 70 }), fc.nat(), (bytes, at) => {
      const name = digestText(bytes)
      expect(digestText(Uint8Array.from(bytes))).toBe(name)
      expect(digestText(Uint8Array.of(...bytes, 0))).not.toBe(name)
      if (bytes.length === 0) return
      const other = Uint8Array.from(bytes)
      const bit = at % (8 * bytes.length)
      other[bit >> 3]! ^= 1 << (bit & 7)
      expect(digestText(other)).not.toBe(name)
    }),
  )
})

it('reads bytes at any offset', () => {
  const bytes = Uint8Array.from({ length: 100 }, (_, i) => i * 7)
  expect(digestText(bytes.subarray(3, 40))).toBe(digestText(bytes.slice(3, 40)))
})

it('changes about half of the bits for one', () => {
  const bits = (text: string) =>
    [...text].reduce(
      (sum, digit) => sum + [...Number.parseInt(digit, 16).toString(2)].filter((b) => b === '1').length,
      0,
    )
  const base = new Uint8Array(48)
  const apart = (other: Uint8Array) => {
    const [a, b] = [digestText(base), digestText(other)]
    return bits(
      [...a]
        .map((digit, i) => (Number.parseInt(digit, 16) ^ Number.parseInt(b[i]!, 16)).toString(16))
        .join(''),
    )
  }
  for (let bit = 0; bit < 8 * base.length; bit++) {
    const other = new Uint8Array(48)
    other[bit >> 3] = 1 << (bit & 7)
    expect(apart(other)).toBeGreaterThan(30)
    expect(apart(other)).toBeLessThan(98)
  }
})
