import { describe, expect, it } from 'vitest'
import { type Json, readJson as readBytes } from './json-read.ts'

const readJson = (text: string) => readBytes(Buffer.from(text))

/** Maps as objects, for comparison with JSON.parse. */
function plain(value: Json): unknown {
  if (Array.isArray(value)) return value.map(plain)
  return value instanceof Map
    ? Object.fromEntries([...value].map(([key, item]) => [key, plain(item)]))
    : value
}

describe('readJson', () => {
  it.each([
    '0', '-0', '1.5', '-1e3', '1E+2', '12e-1', 'true', 'false', 'null', '""', '"a\\n\\u00e9\\ud83d\\ude00\\/"',
    '[]', '{}', ' [ 1 , 2 ,\t[ ] ] \r\n', '{"a":{"b":[1,"x",null]},"":0}', '9007199254740991', '"\u00e9"',
  ])('agrees with JSON.parse on %s', (text) => expect(plain(readJson(text))).toEqual(JSON.parse(text))) // biome-ignore format: short

  it.each([
    ['9007199254740993', 9007199254740993n],
    ['-9223372036854775808', -9223372036854775808n],
    ['18446744073709551615', 18446744073709551615n],
    ['NaN', Number.NaN],
    ['Infinity', Number.POSITIVE_INFINITY],
    ['-Infinity', Number.NEGATIVE_INFINITY],
  ])('reads %s', (text, value) => expect(readJson(`[${text}]`)).toEqual([value]))

  it('keeps keys that objects treat specially', () => {
    const value = readJson('{"__proto__":{"polluted":1},"constructor":2}')
    expect(value).toEqual(new Map<string, unknown>([['__proto__', new Map([['polluted', 1]])], ['constructor', 2]])) // biome-ignore format: short
    expect(Object.prototype).not.toHaveProperty('polluted')
  })

  it.each([
    '', ' ', '[', '[1', '[1,]', '[,1]', '{', '{"a"}', '{"a":}', '{a:1}', '{"a":1,}', '"', '"\n"', '"\\x"', '"\\u12g4"',
    '01', '-', '1.', '.5', '1e', '+1', 'nan', 'truex', 'undefined', '1 2', '1e999', '{"a":1,"a":2}', '\u00a01', '--Infinity',
  ])('refuses %j', (text) => expect(() => readJson(text)).toThrow(/SLP-R4.*character \d+/)) // biome-ignore format: short

  it('refuses nesting beyond 100 and takes 100', () => {
    const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth)
    expect(() => readJson(nested(101))).not.toThrow()
    expect(() => readJson(nested(102))).toThrow(/nesting of at most 100/)
    expect(() => readJson('['.repeat(1e6))).toThrow(/SLP-R4/)
  })

  it('never fails in any other way on broken texts', () => {
    const sound = '{"id":"x","inputs":[{"name":"a","shape":[1,-2.5e3],"data":[NaN,"\\u0041",true,null]}]}'
    for (let i = 0; i < sound.length; i++) {
      for (const text of [sound.slice(0, i), sound.slice(i), `${sound.slice(0, i)}]${sound.slice(i + 1)}`]) {
        try {
          readJson(text)
        } catch (error) {
          expect(error, text).toMatchObject({ code: 'SLP-R4' })
        }
      }
    }
  })
})
