import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { getPacked, setPacked } from './packed.ts'

describe.each([2, 4, 6])('%d bits', (bits) => {
  it('gives back what was set, whatever the neighbours', () => {
    const pattern = fc.integer({ min: 0, max: 2 ** bits - 1 })
    fc.assert(
      fc.property(fc.array(pattern, { maxLength: 33 }), (list) => {
        const bytes = new Uint8Array(Math.ceil((list.length * bits) / 8))
        for (const [i, value] of list.entries()) setPacked(bytes, bits, i, value)
        expect(list.map((_, i) => getPacked(bytes, bits, i))).toEqual(list)
        const spare = bytes.length * 8 - list.length * bits
        if (spare > 0) expect(bytes.at(-1)! >> (8 - spare)).toBe(0)
      }),
    )
  })
})

it.each([
  ['int2', 2, [1, 2, 3, 0, 1], [0b00_11_10_01, 0b01]],
  ['int4', 4, [0xa, 0x5, 0x3], [0x5a, 0x03]],
  ['float6', 6, [0b000001, 0b000010, 0b000011, 0b100000], [0b10_000001, 0b0011_0000, 0b100000_00]],
] as const)('packs %s in the order of onnx.proto', (_name, bits, list, expected) => {
  const bytes = new Uint8Array(expected.length)
  for (const [i, value] of list.entries()) setPacked(bytes, bits, i, value)
  expect([...bytes]).toEqual(expected)
})
