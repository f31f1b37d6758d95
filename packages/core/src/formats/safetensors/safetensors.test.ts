import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { SlipwayError } from '../../base/errors.ts'
import { defaultLimits } from '../../base/limits.ts'
import type { Tensor } from '../../base/tensor.ts'
import { randomStream } from '../../ops/random.ts'
import { generator } from '../../testing/gen.ts'
import { bool, f32, flat, i64, str, u8 } from '../../testing/literals.ts'
import { safetensorsTypes } from './dtypes.ts'
import { readSafetensors } from './read.ts'
import { writeSafetensors } from './write.ts'

function file(header: string, data: readonly number[] = [], length = header.length): Uint8Array {
  const bytes = new Uint8Array(8 + header.length + data.length)
  new DataView(bytes.buffer).setBigUint64(0, BigInt(length), true)
  bytes.set(new TextEncoder().encode(header), 8)
  bytes.set(data, 8 + header.length)
  return bytes
}
const entry = (dtype: string, shape: readonly number[], begin: number, end: number) =>
  JSON.stringify({ dtype, shape, data_offsets: [begin, end] })

describe('readSafetensors', () => {
  it('reads tensors and metadata', () => {
    const header = `{"__metadata__":{"format":"pt"},"b":${entry('U8', [2], 4, 6)},"a":${entry('F32', [], 0, 4)}}  `
    const { tensors, metadata } = readSafetensors(file(header, [0, 0, 0x80, 0x3f, 7, 8]))
    expect([...tensors]).toEqual([
      ['a', f32(1)],
      ['b', u8([7, 8])],
    ])
    expect([...metadata]).toEqual([['format', 'pt']])
  })
  it('takes empty tensors and empty files', () => {
    expect(readSafetensors(file('{}')).tensors.size).toBe(0)
    const header = `{"a":${entry('U8', [0], 0, 0)},"b":${entry('U8', [1], 0, 1)},"c":${entry('U8', [0, 3], 1, 1)}}`
    expect([...readSafetensors(file(header, [5])).tensors.keys()]).toEqual(['a', 'b', 'c'])
  })
  it('takes names that mean something to JavaScript', () => {
    const header = `{"__proto__":${entry('U8', [1], 0, 1)},"constructor":${entry('U8', [1], 1, 2)}}`
    expect([...readSafetensors(file(header, [1, 2])).tensors.keys()]).toEqual(['__proto__', 'constructor'])
  })

  const a = entry('U8', [1], 0, 1)
  const refusals: readonly (readonly [string, Uint8Array, string])[] = [
    ['a file without a length', new Uint8Array(7), '[SLP-F2]'],
    [
      'a header that is cut off',
      file('{}', [], 10),
      '[SLP-F2] Cannot read safetensors file: it needs 18 bytes, got 10',
    ],
    ['a header over 100 MB', file('{}', [], 100_000_001), '[SLP-L1]'],
    ['a header that does not begin with {', file(' {}'), 'must begin with {, got " {}"'],
    ['a header that is no UTF-8', file('{}', []).map((byte, i) => (i === 9 ? 0xff : byte)), 'must be UTF-8'],
    [
      'a header that is no JSON',
      file('{"a":}'),
      '[SLP-F1] Cannot read safetensors file: the header must be JSON',
    ],
    ['an entry that is no object', file('{"a":[]}'), 'the entry "a" must be an object, got []'],
    ['a name twice', file(`{"a":${a},"a":${a}}`, [1]), 'no name may stand twice in the header, got "a"'],
    ['a name twice in two spellings', file(`{"a":${a},"\\u0061" :${a}}`, [1]), 'no name may stand twice'],
    [
      'a key of an entry twice',
      file(`{"a":{"dtype":"U8","dtype":"I8","shape":[1],"data_offsets":[0,1]}}`, [1]),
      'got "dtype"',
    ],
    [
      'an unknown type',
      file(`{"a":${entry('Q4', [1], 0, 1)}}`, [1]),
      '[SLP-B2] Cannot read safetensors tensor "a": unknown dtype, got "Q4"',
    ],
    [
      'a type that is a property of every object',
      file(`{"a":${entry('toString', [1], 0, 1)}}`, [1]),
      '[SLP-B2]',
    ],
    ['a negative size', file(`{"a":${entry('U8', [-1], 0, 1)}}`, [1]), 'must be a list of sizes, got [-1]'],
    ['sizes whose product overflows', file(`{"a":${entry('U8', [2 ** 32, 2 ** 32], 0, 0)}}`), '[SLP-L4]'],
    [
      'a size over 2^53',
      file('{"a":{"dtype":"U8","shape":[18446744073709551617],"data_offsets":[0,1]}}', [1]),
      'list of sizes',
    ],
    [
      'offsets in reverse',
      file(`{"a":${entry('U8', [1], 1, 0)}}`, [1]),
      'must be a begin and an end, got [1,0]',
    ],
    [
      'three offsets',
      file('{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1,2]}}', [1]),
      'must be a begin and an end',
    ],
    [
      'a hole',
      file(`{"a":${a},"b":${entry('U8', [1], 2, 3)}}`, [1, 2, 3]),
      'must begin where the data before end (1), got 2',
    ],
    [
      'an overlap',
      file(`{"a":${entry('U8', [2], 0, 2)},"b":${entry('U8', [2], 1, 3)}}`, [1, 2, 3]),
      '(2), got 1',
    ],
    ['data that no tensor covers', file(`{"a":${a}}`, [1, 2]), 'must fill all 2 bytes of data, got 1'],
    ['data that are cut off', file(`{"a":${entry('U8', [2], 0, 2)}}`, [1]), '[SLP-F2]'],
    [
      'bytes that do not fit the shape',
      file(`{"a":${entry('F32', [1], 0, 3)}}`, [1, 2, 3]),
      '[SLP-F5] Cannot read safetensors tensor "a": F32[1] needs 4 bytes, got 3',
    ],
    ['half a byte', file(`{"a":${entry('F4', [1], 0, 1)}}`, [1]), 'needs 0.5 bytes'],
    [
      'a truth value that is neither',
      file(`{"a":${entry('BOOL', [1], 0, 1)}}`, [2]),
      'a BOOL must be 0 or 1',
    ],
    [
      'metadata that are no text',
      file('{"__metadata__":{"a":1}}'),
      'the metadata of "a" must be text, got 1',
    ],
  ]
  for (const [name, bytes, message] of refusals) {
    it(`refuses ${name}`, () => expect(() => readSafetensors(bytes)).toThrow(message))
  }
  it('takes names of any length', () => {
    const name = 'a\\n'.repeat(2_000_000)
    expect(readSafetensors(file(`{"${name}":${entry('U8', [0], 0, 0)}}`)).tensors.size).toBe(1)
  })
  it('obeys the limits of the caller', () => {
    const bytes = file(`{"a":${a}}`, [1])
    expect(() => readSafetensors(bytes, { limits: { ...defaultLimits, tensors: 0 } })).toThrow('[SLP-L3]')
    expect(() => readSafetensors(bytes, { limits: { ...defaultLimits, tensorElements: 0 } })).toThrow(
      '[SLP-L4]',
    )
  })
  it('never fails otherwise than by a code on damaged files', () => {
    const whole = writeSafetensors(
      new Map([
        ['a', f32([1, 2])],
        ['b', i64([3])],
      ]),
      new Map([['k', 'v']]),
    )
    fc.assert(
      fc.property(fc.nat(whole.length - 1), fc.nat(255), fc.nat(whole.length), (at, byte, length) => {
        const damaged = whole.slice(0, length)
        if (at < length) damaged[at] = byte
        try {
          readSafetensors(damaged)
        } catch (error) {
          expect(error).toBeInstanceOf(SlipwayError)
        }
      }),
      { numRuns: 1000 },
    )
  })
})

describe('writeSafetensors', () => {
  it('writes the file that the format describes', () => {
    const bytes = writeSafetensors(
      new Map([
        [
          'attn.0',
          f32([
            [
              [0, 1, 2],
              [3, 4, 5],
            ],
          ]),
        ],
      ]),
    )
    const header = '{"attn.0":{"dtype":"F32","shape":[1,2,3],"data_offsets":[0,24]}}'
    expect(bytes).toEqual(file(header, [...new Uint8Array(Float32Array.of(0, 1, 2, 3, 4, 5).buffer)]))
  })
  it('fills the header up to eight bytes', () => {
    expect(writeSafetensors(new Map())).toEqual(file('{}      '))
    expect(writeSafetensors(new Map(), new Map([['framework', 'pt']]))).toEqual(
      file('{"__metadata__":{"framework":"pt"}}     '),
    )
  })
  it('aligns every tensor and does not depend on order', () => {
    const list: [string, Tensor][] = [
      ['1', bool([true])],
      ['b', i64([1])],
      ['10', f32([1])],
      ['2', f32([2])],
    ]
    const bytes = writeSafetensors(new Map(list))
    expect(bytes).toEqual(writeSafetensors(new Map(list.toReversed())))
    const { tensors } = readSafetensors(bytes)
    expect([...tensors.keys()]).toEqual(['b', '10', '2', '1'])
    // A view over the file, not a copy.
    expect([...tensors.values()].every(({ data }) => 'buffer' in data && data.buffer === bytes.buffer)).toBe(
      true,
    )
  })
  it('is read back, in every type', () => {
    const names = fc.uniqueArray(fc.string({ unit: 'grapheme', maxLength: 5 }), {
      minLength: 1,
      maxLength: 4,
    })
    fc.assert(
      fc.property(
        fc.constantFrom(...Object.values(safetensorsTypes)),
        names,
        fc.nat(),
        (dtype, keys, seed) => {
          const g = generator(randomStream(seed))
          // Elements of half a byte come in pairs.
          const tensors = new Map(
            keys.map((name) => [name, g.tensor(dtype, [...g.shape({ rank: [0, 3] }), 2])]),
          )
          const got = readSafetensors(writeSafetensors(tensors)).tensors
          expect(new Map([...got].sort())).toEqual(new Map([...tensors].sort()))
        },
      ),
    )
  })
  it('refuses what the format cannot hold', () => {
    const write = (name: string, tensor: Tensor) => () => writeSafetensors(new Map([[name, tensor]]))
    expect(write('a', str(['x']))).toThrow(
      '[SLP-B2] Cannot write safetensors tensor "a": the format has no such element type, got string',
    )
    expect(write('a', flat('float4e2m1', [3], [1, 1, 1]))).toThrow('[SLP-B3]')
    expect(write('__metadata__', u8([1]))).toThrow('[SLP-F1]')
  })
})
