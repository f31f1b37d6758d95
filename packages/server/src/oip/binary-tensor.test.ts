import { tensor } from '@slipway/core'
import { describe, expect, it } from 'vitest'
import { bytesOfTensor, tensorOfBytes } from './binary-tensor.ts'

const unaligned = (bytes: readonly number[]) => new Uint8Array([0, ...bytes]).subarray(1)

describe('tensorOfBytes', () => {
  it('reads little-endian elements from any place', () => {
    expect(tensorOfBytes('x', 'INT32', [2], unaligned([1, 0, 0, 0, 255, 255, 255, 255])).data).toEqual(
      Int32Array.of(1, -1),
    )
    expect(tensorOfBytes('x', 'BF16', [1], unaligned([0x80, 0x3f])).data).toEqual(Uint16Array.of(0x3f80))
  })

  it('reads strings, empty ones and NUL included', () => {
    const bytes = bytesOfTensor(tensor('string', [3], ['', 'a\0é', '😀']))
    expect(tensorOfBytes('x', 'BYTES', [3], bytes).data).toEqual(['', 'a\0é', '😀'])
  })

  it.each([
    ['too few bytes', 'FP32', [2], [0, 0, 0, 0]],
    ['too many bytes', 'UINT8', [1], [0, 0]],
    ['a bool that is none', 'BOOL', [1], [2]],
    ['a string beyond the end', 'BYTES', [1], [5, 0, 0, 0, 65]],
    ['half a length', 'BYTES', [1], [5, 0]],
    ['another number of strings', 'BYTES', [2], [1, 0, 0, 0, 65]],
    ['a string that is not UTF-8', 'BYTES', [1], [1, 0, 0, 0, 255]],
  ] as const)('refuses %s', (_, datatype, shape, bytes) => {
    expect(() => tensorOfBytes('x', datatype, shape, Uint8Array.from(bytes))).toThrow(/SLP-R4.*"?x"?/)
  })
})

describe('bytesOfTensor', () => {
  it('is a view of numbers', () => {
    const data = Float32Array.of(1, 2)
    expect(bytesOfTensor(tensor('float32', [2], data)).buffer).toBe(data.buffer)
  })
})
