import { describe, expect, it } from 'vitest'
import { tensorType, type Value, type ValueType } from '../../base/value.ts'
import { f32, flat, i32, i64, str } from '../../testing/literals.ts'
import { refusalOf } from '../../testing/refusal.ts'
import { readValue } from './read-value.ts'
import { writeValue } from './write-value.ts'

const floats = tensorType('float32')
const map: Value = { kind: 'map', keys: str(['a', 'b']), values: f32([1, 2]) }
const mapType: ValueType = { kind: 'map', key: 'string', value: floats }
const sequence: Value = { kind: 'sequence', element: floats, items: [f32([1, 2]), f32([])] }

const values: readonly [string, ValueType, Value][] = [
  ['a tensor', floats, f32([[1], [2]])],
  ['packed elements', tensorType('int4'), flat('int4', [3], [1, -2, 3])],
  ['texts', tensorType('string'), str(['', 'é'])],
  ['a sequence', { kind: 'sequence', element: floats }, sequence],
  ['no items', { kind: 'sequence', element: floats }, { ...sequence, items: [] }],
  [
    'a sequence of sequences',
    { kind: 'sequence', element: { kind: 'sequence', element: floats } },
    { kind: 'sequence', element: { kind: 'sequence', element: floats }, items: [sequence] },
  ],
  [
    'a sequence of maps',
    { kind: 'sequence', element: mapType },
    { kind: 'sequence', element: mapType, items: [map, map] },
  ],
  [
    'an optional',
    { kind: 'optional', element: floats },
    { kind: 'optional', element: floats, value: f32(1) },
  ],
  ['an empty optional', { kind: 'optional', element: floats }, { kind: 'optional', element: floats }],
  [
    'an optional sequence',
    { kind: 'optional', element: { kind: 'sequence', element: floats } },
    { kind: 'optional', element: { kind: 'sequence', element: floats }, value: sequence },
  ],
  [
    'an optional map',
    { kind: 'optional', element: mapType },
    { kind: 'optional', element: mapType, value: map },
  ],
  [
    'a map with integer keys',
    { kind: 'map', key: 'int64', value: floats },
    { kind: 'map', keys: i64([-1, 2]), values: str(['x', 'y']) },
  ],
  [
    'a map with narrow keys',
    { kind: 'map', key: 'int32', value: floats },
    { kind: 'map', keys: i32([3]), values: f32([1]) },
  ],
]

describe('writeValue', () => {
  it.each(values)('writes %s as readValue reads it', (_, type, value) => {
    expect(readValue(writeValue(value), type)).toEqual(value)
    expect(writeValue(value, 'n').length).toBe(writeValue(value).length + 3)
  })

  it('refuses maps that the format cannot hold', () => {
    expect(
      refusalOf(() => writeValue({ kind: 'map', keys: f32([1]), values: f32([1]) }), 'SLP-B3').message,
    ).toContain('integers or strings')
  })
})

describe('readValue', () => {
  it('refuses what is malformed', () => {
    expect(refusalOf(() => readValue(Uint8Array.of(10, 200), floats), 'SLP-F2').message).toContain('byte 1')
    const odd = writeValue({ kind: 'map', keys: i64([1, 2]), values: f32([1]) })
    expect(refusalOf(() => readValue(odd, mapType), 'SLP-F5').message).toContain(
      'as many values as keys (2), got 1',
    )
    expect(
      refusalOf(() => readValue(new Uint8Array(), { kind: 'sparse', dtype: 'float32' }), 'SLP-F4').message,
    ).toContain('sparse')
  })

  it('refuses deep nesting', () => {
    let value: Value = sequence
    for (let i = 0; i < 120; i++) value = { kind: 'sequence', element: floats, items: [value] }
    const type: ValueType = { kind: 'sequence', element: floats }
    expect(refusalOf(() => readValue(writeValue(value), type), 'SLP-L2').message).toContain(
      '100 nested messages',
    )
  })
})
