import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Datatype } from './datatype.ts'
import { readInferRequest } from './infer-request.ts'
import { type JsonArray, type JsonObject, readJson } from './json-read.ts'
import { tensorOfJson } from './json-tensor.ts'
import { scanNumbers } from './number-scan.ts'

/** What reading gives: bits, so that -0 differs from 0 and one NaN does not from another; or the text of the refusal. */
function verdict(read: () => { readonly data: unknown }): unknown {
  try {
    const { data } = read()
    return ArrayBuffer.isView(data) ? Buffer.from(data.buffer).toString('hex') : data
  } catch (error) {
    expect(error).toMatchObject({ code: expect.stringMatching(/^SLP-R4$/) })
    return (error as Error).message
  }
}

interface Case {
  readonly datatype: Datatype
  readonly count: number
  readonly data: Buffer
  readonly datatypeLast: boolean
}

function bodyOf({ datatype, count, data, datatypeLast }: Case): Buffer {
  const fields = [`"datatype":"${datatype}"`, `"shape":[${count}]`]
  const before = datatypeLast ? '' : `${fields.join(',')},`
  const after = datatypeLast ? `,${fields.join(',')}` : ''
  return Buffer.concat([
    Buffer.from(`{"inputs":[{"name":"x",${before}"data":`),
    data,
    Buffer.from(`${after}}]}`),
  ])
}

const target = { model: 'm', version: undefined }

const fast = (body: Buffer) =>
  verdict(() => {
    const { inputs } = readInferRequest(body, undefined, target).request
    return inputs instanceof Uint8Array ? { data: inputs } : inputs[0]!.tensor()
  })

/** Through lists of every element, as JSON that is no tensor is read. */
const slow = (body: Buffer, { datatype, count }: Case) =>
  verdict(() => {
    const inputs = (readJson(body) as JsonObject).get('inputs') as JsonArray
    return tensorOfJson('x', datatype, [count], (inputs[0] as JsonObject).get('data')!)
  })

function agree(one: Case): void {
  const body = bodyOf(one)
  expect(fast(body), body.toString('latin1')).toEqual(slow(body, one))
}

const digits = (most: number) =>
  fc.array(fc.constantFrom(...'0123456789'), { minLength: 1, maxLength: most }).map((list) => list.join(''))
const whole = digits(22).map((text) => text.replace(/^0+(?=.)/, ''))
const fraction = fc.option(
  fc.oneof(
    digits(26),
    digits(18).map((text) => `0000${text}`),
  ),
  { nil: '' },
)
const exponent = fc.option(fc.tuple(fc.constantFrom('e', 'E'), fc.constantFrom('', '+', '-'), digits(2)), {
  nil: ['', '', ''],
})
const spelled = fc
  .tuple(fc.constantFrom('', '-'), whole, fraction, exponent)
  .map(([sign, before, after, power]) => `${sign}${before}${after && `.${after}`}${power.join('')}`)
const float32 = fc.float({ noNaN: true, noDefaultInfinity: true })
/** Between two float32 values, and a little beside: where rounding is decided by the last digit. */
const midpoint = fc
  .tuple(fc.float({ min: 2 ** -20, max: 2 ** 20, noNaN: true }), fc.constantFrom(-1e-15, 0, 1e-15))
  .map(([value, off]) => {
    const bits = new Int32Array(Float32Array.of(value).buffer)
    const above = new Float32Array(Int32Array.of(bits[0]! + 1).buffer)[0]!
    return String(((value + above) / 2) * (1 + off))
  })
const number = fc.oneof(
  spelled,
  midpoint,
  fc.double({ noNaN: true, noDefaultInfinity: true }).map(String),
  float32.map(String),
  fc.tuple(float32, fc.nat(20)).map(([value, places]) => value.toFixed(places)),
  fc
    .tuple(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.nat(20))
    .map(([value, places]) => value.toExponential(places)),
  fc.integer({ min: 0, max: 255 }).map(String),
  fc.integer({ min: -300, max: 70_000 }).map(String),
  fc.maxSafeInteger().map(String),
  fc.bigInt({ min: -(2n ** 64n), max: 2n ** 65n }).map(String),
)
const odd = fc.constantFrom(
  '01', '-01', '1.', '.5', '+1', '1e', '1e+', '1.e5', '-', '--1', '1-', '1e5.5', 'NaN', '-NaN', 'Infinity', '-Infinity',
  'Infinit', 'nan', 'true', 'false', 'null', '"x"', '{}', '1e999', '-1e999', '1e39', '3.4028235e38', '3.4028236e38',
  '9'.repeat(400), '0'.repeat(30), `0.${'0'.repeat(70)}1`, '1 1', '١', '9007199254740993', '9223372036854775807',
  '9223372036854775808', '18446744073709551615', '-9223372036854775808', '0e0', '-0', '-0.0', '1E400', '4e-324', '2e-324',
) // biome-ignore format: a table
const space = fc.constantFrom('', '', '', '', ' ', '  ', '\n', '\r\n\t')
const datatypes = [
  'FP32',
  'FP64',
  'INT64',
  'UINT64',
  'INT32',
  'UINT8',
  'INT8',
  'BOOL',
  'BYTES',
  'FP16',
] as const

/** Tokens in brackets that may nest anywhere. */
const arrays = (token: fc.Arbitrary<string>, most = 60) =>
  fc.array(fc.tuple(token, space, space, fc.nat(12)), { maxLength: most }).map((tokens) => ({
    count: tokens.length,
    data: `[${tokens
      .map(([text, before, after, nest]) =>
        nest === 0
          ? `[${before}${text},[ ]${after}]`
          : nest === 1
            ? `[[${text}]${before}]`
            : before + text + after,
      )
      .join(',')}]`,
  }))

const cases = (token: fc.Arbitrary<string>) =>
  fc.tuple(arrays(token), fc.constantFrom(...datatypes, 'FP32', 'FP64', 'INT64'), fc.boolean()).map(
    ([{ count, data }, datatype, datatypeLast]): Case => ({
      datatype,
      count,
      data: Buffer.from(data),
      datatypeLast,
    }),
  )

describe('reading numbers from bytes', () => {
  it('gives what reading them one by one gives', () =>
    fc.assert(fc.property(cases(number), agree), { numRuns: 1500 }))

  it('gives what JSON.parse gives', () =>
    fc.assert(
      fc.property(arrays(number), ({ data }) => {
        const expected: number[] = (JSON.parse(data) as unknown[]).flat(3) as number[] // of numbers
        if (!expected.every(Number.isFinite)) return
        const scan = (dtype: 'float32' | 'float64') =>
          scanNumbers(Buffer.from(data), 0, { dtype, rounds: true, count: 0, depth: 90 })
        expect(scan('float64')).toEqual({ values: Float64Array.from(expected), end: data.length })
        const rounded = Float32Array.from(expected)
        expect(scan('float32')).toEqual(
          rounded.every(Number.isFinite) ? { values: rounded, end: data.length } : undefined,
        )
      }),
      { numRuns: 1500 },
    ))

  it('gives the same refusals', () => {
    const token = fc.oneof({ arbitrary: number, weight: 12 }, { arbitrary: odd, weight: 1 })
    fc.assert(fc.property(cases(token), agree), { numRuns: 1500 })
  })

  it('gives the same for any bytes in between', () => {
    const change = fc.tuple(fc.nat(), fc.oneof(fc.nat(255), fc.constantFrom(...Buffer.from('0.e-+,[] "'))))
    fc.assert(
      fc.property(cases(number), fc.array(change, { minLength: 1, maxLength: 4 }), (sound, changes) => {
        const data = Buffer.from(sound.data)
        for (const [at, byte] of changes) data[at % data.length] = byte
        agree({ ...sound, data })
      }),
      { numRuns: 1500 },
    )
  })

  it.each(['', ' ', '  '])('takes pixels of every length, separated by comma and "%s"', (between) => {
    const pixels = Array.from(
      { length: 700 },
      (_, i) => (i * 7919) % (i % 3 === 0 ? 10 : i % 3 === 1 ? 100 : 20_011),
    )
    for (let length = 0; length < 80; length++) {
      const data = Buffer.from(`[${pixels.slice(0, length).join(`,${between}`)}]`)
      agree({ datatype: 'FP32', count: length, data, datatypeLast: false })
      agree({ datatype: 'UINT8', count: length, data, datatypeLast: false })
    }
    for (const [wrong, right] of [
      ['00', '10'],
      ['05', '15'],
      [',', '1'],
      ['1 1', '111'],
      ['x', '1'],
      ['-3', '1'],
      ['x1', '1'],
      ['1x2', '1'],
      ['[1', '1'],
      ['[1]', '1'],
      ['\t5', '1'],
      ['.5', '1'],
      ['1.5', '12'],
      ['12345', '1'],
    ] as const) {
      for (let at = 0; at < 70; at++) {
        const list = Array.from({ length: 70 }, (_, i) => (i === at ? wrong : i % 2 ? right : '7'))
        agree({
          datatype: 'FP32',
          count: 70,
          data: Buffer.from(`[${list.join(`,${between}`)}]`),
          datatypeLast: false,
        })
      }
    }
  })

  it('reads arrays of many windows, whatever lies at their edges', () => {
    const spellings = ['0.5', '-1.25e-3', '17', '0.12345678901234567', '123456789012345678901', 'NaN', '3e4']
    const tokens = Array.from({ length: 20_000 }, (_, i) => spellings[(i * i) % spellings.length]!)
    for (const shift of [0, 1, 5]) {
      const data = Buffer.from(`[${' '.repeat(shift)}${tokens.join(', ')}]`)
      agree({ datatype: 'FP32', count: tokens.length, data, datatypeLast: false })
      agree({ datatype: 'FP64', count: tokens.length, data, datatypeLast: true })
    }
  })

  it('reads small integers of many windows', () => {
    for (const between of [',', ', ']) {
      const data = Buffer.from(`[${Array.from({ length: 30_000 }, (_, i) => (i * i) % 1009).join(between)}]`)
      agree({ datatype: 'FP32', count: 30_000, data, datatypeLast: false })
      agree({ datatype: 'INT64', count: 30_000, data, datatypeLast: false })
    }
  })

  it('reads tokens that are longer than a window', () => {
    const data = Buffer.from(`[1,0.${'3'.repeat(100_000)},${' '.repeat(100_000)}2]`)
    agree({ datatype: 'FP32', count: 3, data, datatypeLast: false })
  })

  it('nests as deep as other JSON', () => {
    for (const depth of [95, 96, 97, 98, 99, 5000]) {
      const data = Buffer.from(`${'['.repeat(depth)}1${']'.repeat(depth)}`)
      agree({ datatype: 'FP32', count: 1, data, datatypeLast: false })
      agree({
        datatype: 'FP32',
        count: 0,
        data: Buffer.from(data.toString().replace('1', '')),
        datatypeLast: false,
      })
    }
  })

  it('believes no shape', () => {
    for (const shape of ['[-5]', '[1e300]', '["x"]', '[[3]]', '[0.5]', '[4000000000]', '{}', '7']) {
      const body = Buffer.from(`{"inputs":[{"name":"x","datatype":"FP32","shape":${shape},"data":[1,2,3]}]}`)
      expect(fast(body)).toMatch(/Cannot read request/)
    }
  })

  it('makes tensors that share no memory', () => {
    const body = bodyOf({ datatype: 'FP32', count: 1, data: Buffer.from('[1]'), datatypeLast: false })
    const { inputs } = readInferRequest(body, undefined, target).request
    if (inputs instanceof Uint8Array) throw new Error('no list')
    const [first, second] = [inputs[0]!.tensor(), inputs[0]!.tensor()]
    expect(first.data).toEqual(second.data)
    expect(first.data).not.toBe(second.data)
  })
})
