import { describe, expect, it } from 'vitest'
import { type DType, dtypeInfo, dtypes } from './dtype.ts'
import { setPacked } from './packed.ts'
import { arrayOf, dataLength, type NumericData, tensor } from './tensor.ts'
import { fitsInteger, narrow, wide, widen } from './wide.ts'

const narrowTypes = dtypes.filter(
  (dtype): dtype is Exclude<DType, 'string'> => dtypeInfo(dtype).bits > 0 && dtypeInfo(dtype).bits <= 16,
)

/** A tensor that holds every bit pattern of a dtype once. */
function everyPattern(dtype: Exclude<DType, 'string'>) {
  const { bits } = dtypeInfo(dtype)
  const count = dtype === 'bool' ? 2 : 2 ** bits
  const data: NumericData = new (arrayOf(dtype))(dataLength(dtype, [count]))
  for (let i = 0; i < count; i++) {
    if (bits < 8) setPacked(data as Uint8Array, bits, i, i)
    else data[i] = i as never // none of these arrays holds BigInt
  }
  return tensor(dtype, [count], data as never) // the class was chosen by dtype
}

describe('narrow after widen', () => {
  it.each(narrowTypes)('gives every pattern of %s back, NaN payloads aside', (dtype) => {
    const source = everyPattern(dtype)
    const values = widen(source)
    const again = narrow(values)
    if ([...values.data].every((value) => !Number.isNaN(value))) expect(again.data).toEqual(source.data)
    expect(widen(again)).toEqual(values)
  })

  it.each([
    ['float32', Float32Array.of(0.1, -0, Number.NaN)],
    ['float64', Float64Array.of(0.1, 1e300)],
    ['int32', Int32Array.of(-(2 ** 31), 2 ** 31 - 1)],
    ['uint32', Uint32Array.of(0, 2 ** 32 - 1)],
    ['int64', BigInt64Array.of(-(2n ** 63n), 2n ** 63n - 1n)],
    ['uint64', BigUint64Array.of(0n, 2n ** 64n - 1n)],
  ] as const)('keeps %s', (dtype, data) => {
    expect(narrow(widen(tensor(dtype, [data.length], data as never))).data).toEqual(data) // dtype and data stand in one row
  })

  it('keeps both lanes of complex numbers', () => {
    const source = tensor('complex64', [2], Float32Array.of(1, 2, 3, -4))
    expect(narrow(widen(source))).toEqual(source)
  })
})

describe('narrow', () => {
  it.each([
    ['int8', [200, -129, 1.9, -1.9, Number.NaN], [-56, 127, 1, -1, 0]],
    ['uint32', [-1, 2 ** 32 + 5], [2 ** 32 - 1, 5]],
    ['int4', [8, -9, 7], [-8, 7, 7]],
    ['uint2', [-1, 4, 2], [3, 0, 2]],
    ['bool', [0, 2, -0, Number.NaN], [0, 1, 0, 0]],
  ] as const)('stores integers as %s by truncation and wrap-around', (dtype, values, expected) => {
    const data = Float64Array.from(values)
    expect([...widen(narrow(wide(dtype, [data.length], data))).data]).toEqual(expected)
  })
})

describe('fitsInteger', () => {
  it.each([
    ['int4', 7, true],
    ['int4', 8, false],
    ['uint8', -1, false],
    ['uint8', 1.5, false],
  ] as const)('%s %d is %s', (dtype, value, expected) => expect(fitsInteger(dtype, value)).toBe(expected))
})
