import { describe, expect, it } from 'vitest'
import { SlipwayError } from '../base/errors.ts'
import { type Tensor, tensor } from '../base/tensor.ts'
import type { ValueType } from '../base/value.ts'
import { f16, f32, f64, i32, i64, u8 } from '../testing/literals.ts'
import { parseTensorType } from '../testing/op-test.ts'
import { bindInputs, type InputSpec, type InputValue } from './inputs.ts'

const spec = (name: string, type: string | ValueType | undefined, required = true): InputSpec => ({
  name,
  type: typeof type === 'string' ? parseTensorType(type) : type,
  required,
})

const bindOne = (type: string | ValueType, value: InputValue) =>
  bindInputs([spec('x', type)], { x: value }).get('x')

describe('bindInputs takes', () => {
  const cases: readonly [name: string, type: string, value: InputValue, expected: Tensor][] = [
    ['a tensor', 'float32[2]', f32([1, 2]), f32([1, 2])],
    ['a typed array of the right class', 'float32[2]', Float32Array.of(1, 2), f32([1, 2])],
    ['numbers for floats', 'float32[2]', [0.1, 2], f32([0.1, 2])],
    ['numbers for float16', 'float16[1]', [0.1], f16([0.1])],
    ['numbers for int64', 'int64[2]', [1, -2], i64([1, -2])],
    ['BigInts for int64', 'int64[1]', [2n ** 62n], i64([2n ** 62n])],
    ['a Float64Array for float32', 'float32[1]', Float64Array.of(0.1), f32([0.1])],
    ['an Int32Array for int64', 'int64[1]', Int32Array.of(7), i64([7])],
    ['an Int32Array for float32', 'float32[1]', Int32Array.of(7), f32([7])],
    ['a Buffer for uint8', 'uint8[2]', Buffer.from([1, 2]), u8([1, 2])],
    ['a float32 tensor for float64', 'float64[1]', f32([0.1]), f64([Math.fround(0.1)])],
    ['an int32 tensor for int64', 'int64[1]', i32([5]), i64([5])],
    ['a float16 tensor for float32', 'float32[1]', f16([0.5]), f32([0.5])],
    ['a number for a scalar', 'float32[]', 3, f32(3)],
    ['a number for one element', 'float32[N,1]', 3, f32([[3]])],
    ['booleans', 'bool[2]', [true, false], tensor('bool', [2], Uint8Array.of(1, 0))],
    ['a string', 'string[1]', 'a', tensor('string', [1], ['a'])],
    [
      'nested arrays',
      'int32[2,2]',
      [
        [1, 2],
        [3, 4],
      ],
      i32([
        [1, 2],
        [3, 4],
      ]),
    ],
    [
      'a flat list for a matrix',
      'int32[2,2]',
      [1, 2, 3, 4],
      i32([
        [1, 2],
        [3, 4],
      ]),
    ],
    [
      'an unknown size from the length',
      'int32[N,2]',
      [1, 2, 3, 4],
      i32([
        [1, 2],
        [3, 4],
      ]),
    ],
    ['an empty list', 'int32[N]', [], tensor('int32', [0], new Int32Array())],
    ['numbers of unknown rank', 'int32[*]', [[1, 2]], i32([[1, 2]])],
    ['a scalar of unknown rank', 'int32[*]', 1, i32(1)],
    [
      'a missing batch dimension',
      'int32[N,2,2]',
      [
        [1, 2],
        [3, 4],
      ],
      i32([
        [
          [1, 2],
          [3, 4],
        ],
      ]),
    ],
    ['a missing batch dimension of 1', 'int32[1,2]', i32([1, 2]), i32([[1, 2]])],
    ['NaN and infinity for floats', 'float32[2]', [Number.NaN, 1 / 0], f32([Number.NaN, 1 / 0])],
  ]
  it.each(cases)('%s', (_, type, value, expected) => expect(bindOne(type, value)).toEqual(expected))

  it('the elements themselves, without a copy', () => {
    const data = Float32Array.of(1, 2)
    expect((bindOne('float32[2]', data) as Tensor).data).toBe(data) // a tensor type
  })

  it('a Map of inputs', () => {
    expect(bindInputs([spec('x', 'int32[1]')], new Map([['x', [1]]])).get('x')).toEqual(i32([1]))
  })

  it('nothing for an input with a default', () => {
    expect(bindInputs([spec('x', 'int32[1]', false)], {}).size).toBe(0)
  })
})

describe('bindInputs refuses', () => {
  const cases: readonly [name: string, type: string, value: InputValue, code: string, message: RegExp][] = [
    [
      'a fraction for int',
      'int64[1]',
      [1.5],
      'SLP-B3',
      /"x": its elements must be integers from -9223.* got 1.5 at element 0/,
    ],
    [
      'a number out of range',
      'uint8[2]',
      [1, 256],
      'SLP-B3',
      /from 0 to 255 \(uint8\), got 256 at element 1/,
    ],
    ['NaN for int', 'int32[1]', [Number.NaN], 'SLP-B3', /got NaN/],
    ['a BigInt that a float cannot hold', 'float64[1]', [2n ** 53n + 1n], 'SLP-B3', /got 9007199254740993/],
    [
      'an integer that a float cannot hold',
      'float32[1]',
      Int32Array.of(2 ** 24 + 1),
      'SLP-B3',
      /got 16777217/,
    ],
    ['a number beyond the largest float', 'float32[1]', [1e300], 'SLP-B3', /got 1e\+300/],
    ['2 for bool', 'bool[1]', [2], 'SLP-B3', /true, false, 0 or 1, got 2/],
    ['a string for a number', 'float32[1]', ['1'], 'SLP-S3', /must be float32, got "1" at element 0/],
    ['a boolean for a number', 'float32[1]', [true], 'SLP-S3', /got true/],
    ['a number for a string', 'string[1]', [1], 'SLP-S3', /must be string, got 1/],
    ['float64 for float32', 'float32[1]', f64([1]), 'SLP-S3', /float32\[1\], got float64\[1\]/],
    ['int64 for int32', 'int32[1]', i64([1]), 'SLP-S3', /got int64/],
    ['an array that may hold patterns', 'float16[1]', Uint16Array.of(1), 'SLP-S3', /tensor\('float16'/],
    ['null', 'float32[1]', null, 'SLP-S3', /got null/],
    [
      'unequal lengths',
      'int32[N,M]',
      [[1, 2], [3]],
      'SLP-B1',
      /equal lengths \[2,2\], got an array of 1 at depth 1/,
    ],
    ['a number among arrays', 'int32[N,M]', [[1, 2], 3], 'SLP-B1', /got a number at depth 1/],
    ['another size', 'float32[2,3]', f32([[1, 2]]), 'SLP-S4', /must be \[2,3\], got \[1,2\]/],
    ['another rank', 'float32[N,3]', f32([[[1]]]), 'SLP-S4', /must be \[N,3\], got \[1,1,1\]/],
    [
      'a length that does not divide',
      'float32[N,3]',
      [1, 2],
      'SLP-S4',
      /must be \[N,3\], got 2 elements.*Give a tensor/,
    ],
    ['several unknown sizes', 'float32[N,M]', [1, 2], 'SLP-S4', /got 2 elements/],
    [
      'a batch dimension that is a guess',
      'float32[N,M]',
      f32([1, 2]),
      'SLP-S4',
      /must be \[N,M\], got \[2\]/,
    ],
    [
      'a batch dimension that is not 1',
      'float32[2,3]',
      f32([1, 2, 3]),
      'SLP-S4',
      /must be \[2,3\], got \[3\]/,
    ],
  ]
  it.each(cases)('%s', (_, type, value, code, message) => {
    const error = caught(() => bindOne(type, value))
    expect(error.code).toBe(code)
    expect(error.message).toMatch(message)
  })

  it('unknown inputs, with the name that was meant', () => {
    const error = caught(() => bindInputs([spec('pixels', 'int32[1]')], { pixel: [1] }))
    expect(error).toMatchObject({ code: 'SLP-S1', details: { remedy: 'Did you mean "pixels"?' } })
  })

  it('missing inputs, naming what was given', () => {
    const specs = [spec('a', 'int32[1]'), spec('b', 'int32[1]')]
    const error = caught(() => bindInputs(specs, { a: [1], b: undefined }))
    expect(error.code).toBe('SLP-S2')
    expect(error.message).toContain('input "b" must be given, got only "a"')
  })
})

describe('symbolic sizes', () => {
  const specs = [spec('flat', 'int32[N,S]'), spec('full', 'int32[N,2]'), spec('twice', 'int32[2*N]')]

  it('are taken from the inputs that say them', () => {
    const got = bindInputs(specs, {
      flat: [1, 2, 3, 4, 5, 6],
      full: [
        [1, 2],
        [3, 4],
      ],
      twice: [1, 2, 3, 4],
    })
    expect(got.get('flat')).toMatchObject({ shape: [2, 3] })
  })

  it.each([
    [
      'a name',
      {
        flat: i32([[1]]),
        full: [
          [1, 2],
          [3, 4],
        ],
        twice: [1, 2],
      },
      /"full".*\[N,2\] with N = 1 from input "flat", got \[2,2\]/,
    ],
    [
      'an expression',
      { flat: i32([[1]]), full: [1, 2], twice: [1, 2, 3] },
      /"twice".*\[2\*N\] with N = 1.*got 3 elements/,
    ],
  ])('must agree: %s', (_, given, message) => {
    const error = caught(() => bindInputs(specs, given))
    expect(error.code).toBe('SLP-S4')
    expect(error.message).toMatch(message)
  })
})

describe('other values', () => {
  const element = parseTensorType('float32[N]')
  const map: ValueType = { kind: 'map', key: 'int64', value: parseTensorType('float32[]') }

  it('an array for a sequence, each item of its own size', () => {
    expect(bindOne({ kind: 'sequence', element }, [[1], [1, 2]])).toEqual({
      kind: 'sequence',
      element,
      items: [f32([1]), f32([1, 2])],
    })
  })

  it('null and a value for an optional', () => {
    expect(bindOne({ kind: 'optional', element }, null)).toMatchObject({ kind: 'optional', value: undefined })
    expect(bindOne({ kind: 'optional', element }, [1])).toMatchObject({ value: f32([1]) })
  })

  it('a Map and an object for a map', () => {
    const expected = { kind: 'map', keys: i64([3]), values: f32([0.5]) }
    expect(bindOne(map, new Map([[3, 0.5]]))).toEqual(expected)
    const named: ValueType = { ...map, key: 'string' }
    expect(bindOne(named, { kind: 1 })).toEqual({
      kind: 'map',
      keys: tensor('string', [1], ['kind']),
      values: f32([1]),
    })
  })

  it.each([
    ['a number for a sequence', { kind: 'sequence', element }, 1],
    ['an array for a map', map, [1]],
    ['a sequence for a tensor', element, { kind: 'sequence', element, items: [] }],
    ['a sparse input', { kind: 'sparse', dtype: 'float32' }, [1]],
  ] as const)('refuses %s', (_, type, value) => {
    expect(caught(() => bindOne(type, value)).code).toBe('SLP-S3')
  })

  it('refuses plain numbers for an input without a type', () => {
    const untyped = [spec('x', undefined)]
    expect(caught(() => bindInputs(untyped, { x: [1] })).code).toBe('SLP-S3')
    expect(bindInputs(untyped, { x: f32([1]) }).get('x')).toEqual(f32([1]))
  })
})

function caught(run: () => unknown): SlipwayError {
  try {
    run()
  } catch (error) {
    if (error instanceof SlipwayError) return error
    throw error
  }
  throw new Error('nothing was thrown')
}
