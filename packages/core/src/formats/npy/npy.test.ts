import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { DType } from '../../base/dtype.ts'
import { SlipwayError } from '../../base/errors.ts'
import { defaultLimits } from '../../base/limits.ts'
import { type Tensor, tensor } from '../../base/tensor.ts'
import { randomStream } from '../../ops/random.ts'
import { generator } from '../../testing/gen.ts'
import { bool, f16, f32, flat, i32, str } from '../../testing/literals.ts'
import { readNpy } from './read.ts'
import { writeNpy } from './write.ts'

const encode = (text: string) => Uint8Array.from(text, (char) => char.charCodeAt(0))

/** A file as NumPy lays it out, of any version. */
function file(dictionary: string, data: readonly number[] | Uint8Array, major = 1): Uint8Array {
  const text = encode(`${dictionary}\n`)
  const length =
    major === 1 ? [text.length & 255, text.length >> 8] : [text.length & 255, text.length >> 8, 0, 0]
  return Uint8Array.of(0x93, ...encode('NUMPY'), major, 0, ...length, ...text, ...data)
}
const dictionary = (descr: string, shape: string, fortran = 'False') =>
  `{'descr': '${descr}', 'fortran_order': ${fortran}, 'shape': ${shape}, }`

describe('readNpy', () => {
  const cases: readonly (readonly [string, Uint8Array, Tensor])[] = [
    ['version 1', file(dictionary('<i4', '(2,)'), [1, 0, 0, 0, 2, 0, 0, 0]), i32([1, 2])],
    ['version 2', file(dictionary('<i4', '(1,)'), [1, 0, 0, 0], 2), i32([1])],
    ['version 3', file(dictionary('<i4', '(1,)'), [1, 0, 0, 0], 3), i32([1])],
    ['a scalar', file(dictionary('<i4', '()'), [7, 0, 0, 0]), i32(7)],
    ['big-endian numbers', file(dictionary('>i4', '(1,)'), [0, 0, 1, 2]), i32([258])],
    [
      'big-endian complex numbers',
      file(dictionary('>c8', '(1,)'), [0x3f, 0x80, 0, 0, 0x40, 0, 0, 0]),
      flat('complex64', [1], [1, 2]),
    ],
    ['half floats', file(dictionary('<f2', '(1,)'), [0, 0x3c]), f16([1])],
    ['truth values', file(dictionary('|b1', '(3,)'), [0, 1, 2]), bool([false, true, true])],
    [
      'Fortran order',
      file(dictionary('|u1', '(2, 3)', 'True'), [1, 4, 2, 5, 3, 6]),
      flat('uint8', [2, 3], [1, 2, 3, 4, 5, 6]),
    ],
    ['an empty array', file(dictionary('<f4', '(0, 3)'), []), flat('float32', [0, 3], [])],
    [
      'text',
      file(dictionary('<U2', '(2,)'), [0x61, 0, 0, 0, 0, 0, 0, 0, 0x00, 0xf6, 1, 0, 0x62, 0, 0, 0]),
      str(['a', '😀b']),
    ],
    ['big-endian text', file(dictionary('>U1', '(1,)'), [0, 0, 0, 0x61]), str(['a'])],
    ['bytes as UTF-8', file(dictionary('|S3', '(2,)'), [0xc3, 0xa9, 0, 0x62, 0, 0]), str(['é', 'b'])],
    ['long integers of Python 2', file(dictionary('|u1', '(2L,)'), [1, 2]), flat('uint8', [2], [1, 2])],
    [
      'entries in another order',
      file(`{"shape": (1,), 'fortran_order': False, "descr": '|u1'}`, [1]),
      flat('uint8', [1], [1]),
    ],
  ]
  for (const [name, bytes, expected] of cases)
    it(`reads ${name}`, () => expect(readNpy(bytes)).toEqual(expected))

  const refusals: readonly (readonly [string, Uint8Array, string])[] = [
    [
      'another magic',
      encode('PK...........'),
      '[SLP-F1] Cannot read .npy file: it must begin with \\x93NUMPY',
    ],
    ['an empty file', new Uint8Array(0), '[SLP-F1]'],
    [
      'a later version',
      file(dictionary('<i4', '()'), [1, 0, 0, 0], 4),
      '[SLP-F4] Cannot read .npy file: the version must be 1.0, 2.0 or 3.0, got 4.0',
    ],
    ['a header beyond need', Uint8Array.of(0x93, ...encode('NUMPY'), 2, 0, 0, 0, 1, 0), '[SLP-L1]'],
    ['a header that is cut off', file(dictionary('<i4', '()'), []).subarray(0, 30), '[SLP-F2]'],
    ['data that are cut off', file(dictionary('<i4', '(2,)'), [1, 0, 0, 0]), '[SLP-F2]'],
    [
      'data beyond the end',
      file(dictionary('|u1', '(1,)'), [1, 2]),
      'it must end with its 1 bytes of data, got 1 more',
    ],
    ['a negative size', file(dictionary('|u1', '(-1,)'), []), '[SLP-F1]'],
    ['a size that is no number', file(dictionary('|u1', '(1 2,)'), []), 'shape must be a tuple of sizes'],
    [
      'a size over 2^53',
      file(dictionary('|u1', '(99999999999999999999,)'), []),
      'shape must be a tuple of sizes',
    ],
    ['sizes whose product overflows', file(dictionary('|u1', '(4294967296, 4294967296)'), []), '[SLP-L4]'],
    ['pickled objects', file(dictionary('|O', '(1,)'), []), '[SLP-B2]'],
    ['dates', file(dictionary('<M8', '(1,)'), []), 'must be a number, bool or text, got "<M8"'],
    [
      'texts of no length, which any number of bytes would hold',
      file(dictionary('<U0', '(9,)'), []),
      '[SLP-B2]',
    ],
    ['extended floats', file(dictionary('<f16', '(1,)'), []), '[SLP-B2]'],
    ['records', file(`{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,), }`, []), '[SLP-F1]'],
    ['an expression', file(`{'descr': '<f4', 'fortran_order': False, 'shape': f(), }`, []), '[SLP-F1]'],
    [
      'an entry twice',
      file(`{'descr': '<f4', 'descr': '<f4', 'fortran_order': False, 'shape': (), }`, []),
      '[SLP-F1]',
    ],
    [
      'an entry too many',
      file(`{'descr': '<f4', 'x': '', 'fortran_order': False, 'shape': (), }`, []),
      '[SLP-F1]',
    ],
    ['a missing entry', file(`{'descr': '<f4', 'shape': (), }`, []), 'descr, fortran_order and shape'],
    ['a code point that is none', file(dictionary('<U1', '(1,)'), [0, 0, 0x11, 0]), 'element 0 must be text'],
    ['bytes that are no text', file(dictionary('|S1', '(1,)'), [0xff]), 'element 0 must be text'],
  ]
  for (const [name, bytes, message] of refusals) {
    it(`refuses ${name}`, () => expect(() => readNpy(bytes)).toThrow(message))
  }
  it('obeys the limits of the caller', () => {
    const bytes = file(dictionary('|u1', '(3,)'), [1, 2, 3])
    expect(() => readNpy(bytes, { limits: { ...defaultLimits, tensorElements: 2 } })).toThrow('[SLP-L4]')
  })
  it('never fails otherwise than by a code on damaged files', () => {
    const whole = writeNpy(str([['a', 'bc']]))
    fc.assert(
      fc.property(fc.nat(whole.length - 1), fc.nat(255), fc.nat(whole.length), (at, byte, length) => {
        const damaged = whole.slice(0, length)
        if (at < length) damaged[at] = byte
        try {
          readNpy(damaged)
        } catch (error) {
          expect(error).toBeInstanceOf(SlipwayError)
        }
      }),
    )
  })
})

const expressible = [
  'bool',
  'int8',
  'int16',
  'int32',
  'int64',
  'uint8',
  'uint16',
  'uint32',
  'uint64',
  'float16',
  'float32',
  'float64',
  'complex64',
  'complex128',
] as const satisfies readonly DType[]

describe('writeNpy', () => {
  it('writes what NumPy writes', () => {
    const bytes = writeNpy(
      f32([
        [1, 2, 3],
        [4, 5, 6],
      ]),
    )
    expect(bytes.subarray(0, 10)).toEqual(Uint8Array.of(0x93, ...encode('NUMPY'), 1, 0, 0x76, 0))
    const header = String.fromCharCode(...bytes.subarray(10, 128))
    expect(header).toBe(`${"{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }".padEnd(117)}\n`)
    expect(bytes).toHaveLength(128 + 24)
  })
  it('is read back, in every type and order', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...expressible),
        fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 4 }),
        fc.constantFrom('row', 'column'),
        fc.nat(),
        (dtype, shape, order, seed) => {
          const source = generator(randomStream(seed)).tensor(dtype, shape)
          expect(readNpy(writeNpy(source, { order }))).toEqual(source)
        },
      ),
    )
  })
  it('is read back as text', () => {
    const text = fc.string({ unit: 'grapheme', maxLength: 4 }).filter((one) => !one.endsWith('\0'))
    fc.assert(
      fc.property(fc.array(text, { maxLength: 4 }), (texts) => {
        const source = tensor('string', [texts.length], texts)
        expect(readNpy(writeNpy(source))).toEqual(source)
      }),
    )
  })
  it('refuses what NumPy cannot hold', () => {
    expect(() => writeNpy(flat('bfloat16', [1], [1]))).toThrow(
      '[SLP-B2] Cannot write .npy file: NumPy has no such element type, got bfloat16',
    )
    expect(() => writeNpy(str(['a\0']))).toThrow('[SLP-B3]')
  })
})
