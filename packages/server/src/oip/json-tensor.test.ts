import { tensor } from '@slipway/core'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { jsonOfTensor } from './json-tensor.ts'

const text = (values: readonly (number | bigint)[]) =>
  `[${values.map((value) => (Object.is(value, -0) ? '-0' : String(value))).join(',')}]`

describe('jsonOfTensor', () => {
  it('writes floats as the numbers they are', () =>
    fc.assert(
      fc.property(
        fc.float32Array({ maxLength: 50 }),
        fc.float64Array({ maxLength: 50 }),
        (single, double) => {
          const [a, b] = [
            tensor('float32', [single.length], Float32Array.from(single)),
            tensor('float64', [double.length], Float64Array.from(double)),
          ]
          expect(jsonOfTensor('x', 'FP32', a)).toBe(text([...single]))
          expect(jsonOfTensor('x', 'FP64', b)).toBe(text([...double]))
        },
      ),
    ))

  it.each([
    [[], '[]'],
    [[0.5], '[0.5]'],
    [[-0, 1], '[-0,1]'],
    [[1, Number.NaN], '[1,NaN]'],
    [[Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY], '[Infinity,-Infinity]'],
    [[1e21, 1e-7], '[1e+21,1e-7]'],
  ])('writes %j', (values, expected) => {
    expect(jsonOfTensor('x', 'FP64', tensor('float64', [values.length], Float64Array.from(values)))).toBe(
      expected,
    )
  })

  it('writes integers, booleans and strings', () => {
    expect(jsonOfTensor('x', 'INT64', tensor('int64', [2], BigInt64Array.of(-(2n ** 63n), 5n)))).toBe(
      '[-9223372036854775808,5]',
    )
    expect(jsonOfTensor('x', 'UINT8', tensor('uint8', [2], Uint8Array.of(0, 255)))).toBe('[0,255]')
    expect(jsonOfTensor('x', 'BOOL', tensor('bool', [2], Uint8Array.of(0, 1)))).toBe('[false,true]')
    expect(jsonOfTensor('x', 'BYTES', tensor('string', [2], ['"\n', 'é']))).toBe('["\\"\\n","é"]')
    expect(jsonOfTensor('x', 'UINT8', tensor('uint8', [0], new Uint8Array(0)))).toBe('[]')
  })
})
