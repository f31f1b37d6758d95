import { describe, expect, it } from 'vitest'
import { type DType, dtypeInfo, dtypes } from '../base/dtype.ts'
import { arrayOf, tensor } from '../base/tensor.ts'
import { widen } from '../base/wide.ts'
import { keepsValues, toDType } from './widen-dtype.ts'

/** Types whose every bit pattern can be tried. */
const small = dtypes.filter((dtype) => {
  const { bits } = dtypeInfo(dtype)
  return bits === 8 || bits === 16
})

function everyPattern(from: DType) {
  const count = from === 'bool' ? 2 : 2 ** dtypeInfo(from).bits
  const data = new (arrayOf(from as Exclude<DType, 'string'>))(count) as Uint16Array // an array of 8 or 16 bits
  for (let i = 0; i < count; i++) data[i] = i
  return tensor(from, [count], data as never) // as above
}

describe('keepsValues', () => {
  it.each(small)('%s: every value survives where it says so', (from) => {
    const source = everyPattern(from)
    const values = Array.from(widen(source).data as Float64Array) // 8 and 16 bits are wide as float64
    for (const to of dtypes.filter((one) => one !== from && keepsValues(from, one))) {
      expect(Array.from(widen(toDType(source, to)).data as ArrayLike<unknown>, Number), to).toEqual(values)
    }
  })

  it.each([
    ['int64', 'int32', false],
    ['int32', 'int64', true],
    ['uint8', 'int8', false],
    ['uint32', 'int64', true],
    ['int32', 'float32', false],
    ['int32', 'float64', true],
    ['int64', 'float64', false],
    ['uint16', 'float16', false],
    ['float64', 'float32', false],
    ['float32', 'float64', true],
    ['float16', 'bfloat16', false],
    ['complex64', 'complex128', true],
    ['bool', 'int32', false],
    ['string', 'float32', false],
  ] as const)('%s → %s: %s', (from, to, expected) => expect(keepsValues(from, to)).toBe(expected))
})
