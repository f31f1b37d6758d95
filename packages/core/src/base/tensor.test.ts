import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type DType, dtypeInfo, dtypes } from './dtype.ts'
import { SlipwayError } from './errors.ts'
import { elementCount } from './shape.ts'
import { arrayOf, type DataOf, dataLength, tensor, tensorByteLength } from './tensor.ts'

const numeric = dtypes.filter((dtype): dtype is Exclude<DType, 'string'> => dtype !== 'string')
const shape = fc.array(fc.integer({ min: 0, max: 5 }), { maxLength: 3 })

function codeOf(action: () => unknown): string {
  try {
    action()
  } catch (error) {
    return error instanceof SlipwayError ? error.code : String(error)
  }
  return 'no error'
}

describe('dataLength', () => {
  it('is the whole number of array elements that hold the bits of all elements', () => {
    fc.assert(
      fc.property(fc.constantFrom(...numeric), shape, (dtype, sizes) => {
        const bits = dtypeInfo(dtype).bits * elementCount(sizes)
        expect(dataLength(dtype, sizes)).toBe(Math.ceil(bits / (8 * arrayOf(dtype).BYTES_PER_ELEMENT)))
      }),
    )
  })
  const lengths: readonly (readonly [DType, readonly number[], number])[] = [
    ['int4', [3], 2],
    ['uint2', [5], 2],
    ['float6e2m3', [4], 3],
    ['float6e2m3', [1], 1],
    ['complex64', [2], 4],
    ['string', [2, 2], 4],
    ['float32', [], 1],
    ['int4', [0], 0],
  ]
  for (const [dtype, sizes, length] of lengths) {
    it(`of ${dtype}[${sizes}]`, () => expect(dataLength(dtype, sizes)).toBe(length))
  }
})

describe('tensor', () => {
  it('takes data of the right length and no other', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...numeric),
        shape,
        fc.integer({ min: -2, max: 2 }),
        (dtype, sizes, extra) => {
          const length = Math.max(0, dataLength(dtype, sizes) + extra)
          const data = new (arrayOf(dtype))(length) as DataOf[typeof dtype] // the class belongs to the dtype
          const isRight = length === dataLength(dtype, sizes)
          expect(codeOf(() => tensor(dtype, sizes, data))).toBe(isRight ? 'no error' : 'SLP-B1')
        },
      ),
    )
  })
  it('does not copy', () => {
    const data = Float32Array.of(1, 2)
    expect(tensor('float32', [2], data).data).toBe(data)
  })
  for (const size of [-1, 0.5, Number.NaN, 2 ** 60]) {
    it(`refuses a size of ${size}`, () => {
      expect(codeOf(() => tensor('float32', [size], new Float32Array(0)))).toBe('SLP-B4')
    })
  }
  it('says what is wrong', () => {
    expect(() => tensor('float32', [2, 2], Float32Array.of(1))).toThrow(
      '[SLP-B1] Cannot make tensor float32[2,2]: it needs 4 array elements, got 1',
    )
  })
})

describe('tensorByteLength', () => {
  it('counts the bytes of the array', () => {
    fc.assert(
      fc.property(fc.constantFrom(...numeric), shape, (dtype, sizes) => {
        const data = new (arrayOf(dtype))(dataLength(dtype, sizes)) as DataOf[typeof dtype] // as above
        const bits = dtypeInfo(dtype).bits * elementCount(sizes)
        expect(tensorByteLength(tensor(dtype, sizes, data))).toBe(Math.ceil(bits / 8))
      }),
    )
  })
  it('counts two bytes per UTF-16 unit of text', () => {
    expect(tensorByteLength(tensor('string', [2], ['ab', '😀']))).toBe(8)
  })
})
