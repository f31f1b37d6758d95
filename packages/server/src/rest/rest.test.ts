import { deflateSync, gunzipSync, gzipSync, inflateSync } from 'node:zlib'
import { type ErrorCode, errorCatalogue } from '@slipway/core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createServer, type Server } from '../server.ts'
import { echoGraph, type Fixture, pairGraph, repositoryWith, weightGraph } from '../testing/fixture.ts'
import { restRoutes } from './routes.ts'

let fixture: Fixture
let server: Server

beforeAll(async () => {
  fixture = repositoryWith({
    'pair/1/model.onnx': pairGraph('Add'),
    'pair/2/model.onnx': pairGraph('Sub'),
    'echo/1/model.onnx': echoGraph([
      ...(['bool', 'uint8', 'uint16', 'uint32', 'uint64', 'int8', 'int16', 'int32', 'int64'] as const),
      ...(['float16', 'bfloat16', 'float32', 'float64', 'string'] as const),
    ]),
    'half/1/model.onnx': echoGraph(['float16']),
    'float/1/model.onnx': echoGraph(['float32'], ['N', 'M', 2]),
    'open/1/model.onnx': echoGraph(['float32'], [1, 'N', 'M']),
    'text/1/model.onnx': echoGraph(['string'], [1]),
    'int/1/model.onnx': echoGraph(['int64', 'uint64'], ['N']),
    'scalar/1/model.onnx': echoGraph(['float32'], []),
    'weight/1/model.onnx': weightGraph(),
    'broken/1/model.onnx': 'nothing',
  })
  server = await createServer({ settleMs: 0, repository: fixture.root, limits: { bodyBytes: 20_000 } })
  await server.loaded
})

afterAll(async () => {
  await server.close()
  fixture[Symbol.dispose]()
})

type Body = string | Buffer | object

async function call(
  method: 'GET' | 'POST' | 'PUT' | 'DELETE' | 'PATCH',
  url: string,
  payload?: Body,
  headers = {},
) {
  const answer = await server.app.inject({ method, url, headers, ...(payload !== undefined && { payload }) })
  return { status: answer.statusCode, headers: answer.headers, raw: answer.rawPayload, text: answer.payload }
}

/** Posts without a content type, as the protocol's own client does. */
const infer = (model: string, body: Body, headers = {}) =>
  call(
    'POST',
    `/v2/models/${model}/infer`,
    typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body),
    headers,
  )

/** The status and the text of a refusal, which must be of the form that clients read, and foreseen by the route. */
async function refusal(model: string, body: Body, headers = {}) {
  const { status, headers: got, text } = await infer(model, body, headers)
  expect(got['content-type']).toBe('application/json')
  const { error } = JSON.parse(text) as { error: string }
  const code = /^\[(SLP-\w+)\]/.exec(error)?.[1] as ErrorCode
  expect(errorCatalogue[code].http).toBe(status)
  expect(restRoutes.find(({ paths }) => paths[0]!.endsWith('/infer'))!.errors).toContain(code)
  return { status, error }
}

const a = { name: 'a', datatype: 'FP32', shape: [1, 2], data: [1, 2] }
const b = { name: 'b', datatype: 'FP32', shape: [1, 2], data: [10, 20] }
const floats = (...values: number[]) => Buffer.from(Float32Array.from(values).buffer)

/** A body with its JSON before its bytes, and the header that says where one ends. */
function binary(header: object, ...blobs: Buffer[]): [Buffer, Record<string, string>] {
  const json = Buffer.from(JSON.stringify(header))
  return [Buffer.concat([json, ...blobs]), { 'Inference-Header-Content-Length': String(json.length) }]
}

describe('GET', () => {
  it.each([
    [
      '/v2',
      200,
      {
        name: 'slipway',
        version: '0.1.0',
        extensions: expect.arrayContaining(['binary_tensor_data', 'statistics']),
      },
    ],
    [
      '/v2/',
      200,
      {
        name: 'slipway',
        version: '0.1.0',
        extensions: expect.arrayContaining(['binary_tensor_data', 'statistics']),
      },
    ],
    ['/v2/health/live', 200, { live: true }],
    ['/v2/health/ready', 503, { ready: false }],
    ['/v2/models/pair/ready', 200, { name: 'pair', ready: true }],
    ['/v2/models/pair/versions/1/ready', 200, { name: 'pair', ready: true }],
    ['/v2/models/broken/ready', 503, { name: 'broken', ready: false }],
    ['/v2/models/nope/ready', 404, { error: expect.stringContaining('SLP-R1') }],
    ['/v2/models/pair/versions/7/ready', 404, { error: expect.stringContaining('SLP-R2') }],
    [
      '/v2/models/pair',
      200,
      {
        name: 'pair',
        versions: ['1', '2'],
        platform: 'onnxruntime_onnx',
        inputs: [
          { name: 'a', datatype: 'FP32', shape: [-1, 2] },
          { name: 'b', datatype: 'FP32', shape: [-1, 2] },
        ],
        outputs: [{ name: 'sum', datatype: 'FP32', shape: [-1, 2] }],
      },
    ],
    ['/v2/models/pair/versions/2', 200, expect.objectContaining({ name: 'pair' })],
    ['/v2/models/p%61ir', 200, expect.objectContaining({ name: 'pair' })],
    ['/v2/models/broken', 503, { error: expect.stringContaining('SLP-R3') }],
    ['/v2/models/nope', 404, { error: expect.stringContaining('SLP-R1') }],
    ['/v2/models/pair/versions/v1', 404, { error: expect.stringContaining('SLP-R2') }],
    ['/v2/models/..%2Fpair', 400, { error: expect.stringContaining('SLP-R4') }],
    ['/v2/models/%252e%252e', 400, { error: expect.stringContaining('SLP-R4') }],
    ['/v2/models/%00', 400, { error: expect.stringContaining('SLP-R4') }],
    ['/v2/models/%zz', 400, { error: expect.any(String) }],
    ['/v2/nothing', 404, { error: 'Not Found' }],
    ['/v2/nothing', 404, { error: 'Not Found' }],
  ])('%s: %i', async (url, status, body) => {
    const answer = await call('GET', url)
    expect(JSON.parse(answer.text)).toEqual(body)
    expect(answer.status).toBe(status)
    expect(answer.headers['content-type']).toBe('application/json')
  })

  it.each([
    ['POST', '/v2/health/live', 'GET, HEAD'],
    ['DELETE', '/v2/models/pair', 'GET, HEAD'],
    ['GET', '/v2/models/pair/infer', 'POST'],
    ['PUT', '/v2/models/pair/versions/1/infer', 'POST'],
  ] as const)('%s %s is not allowed', async (method, url, allow) => {
    const { status, headers, text } = await call(method, url)
    expect([status, headers['allow'], text]).toEqual([405, allow, '{"error":"Method Not Allowed"}'])
  })

  it('an unknown path with any verb is not found', async () => {
    expect((await call('PATCH', '/v2/x', 'body')).status).toBe(404)
  })
})

describe('POST infer with JSON', () => {
  it('runs the highest version, and echoes the id', async () => {
    const { status, headers, text } = await infer('pair', { id: 'r1', inputs: [a, b] })
    expect(status).toBe(200)
    expect(headers['content-type']).toBe('application/json')
    expect(headers['inference-header-content-length']).toBeUndefined()
    expect(JSON.parse(text)).toEqual({
      model_name: 'pair',
      model_version: '2',
      id: 'r1',
      outputs: [{ name: 'sum', datatype: 'FP32', shape: [1, 2], data: [-9, -18] }],
    })
  })

  it('runs the version that is asked for, nested data, inputs in any order', async () => {
    const body = { inputs: [b, { ...a, shape: [1, 2], data: [[1, 2]] }], outputs: [{ name: 'sum' }] }
    const { text } = await call('POST', '/v2/models/pair/versions/1/infer', JSON.stringify(body), {
      'content-type': 'application/json; charset=utf-8',
    })
    expect(JSON.parse(text)).toMatchObject({ model_version: '1', outputs: [{ data: [11, 22] }] })
    expect(JSON.parse(text)).not.toHaveProperty('id')
  })

  it.each([
    ['BOOL', 'bool', '[true,false]'],
    ['UINT8', 'uint8', '[0,255]'],
    ['UINT16', 'uint16', '[0,65535]'],
    ['UINT32', 'uint32', '[0,4294967295]'],
    ['UINT64', 'uint64', '[0,18446744073709551615]'],
    ['INT8', 'int8', '[-128,127]'],
    ['INT16', 'int16', '[-32768,32767]'],
    ['INT32', 'int32', '[-2147483648,2147483647]'],
    ['INT64', 'int64', '[-9223372036854775808,9007199254740993]'],
    ['FP32', 'float32', '[NaN,Infinity,-Infinity,-0,0.5]'],
    ['FP64', 'float64', '[NaN,Infinity,-Infinity,-0,0.1,1e+300]'],
    ['BYTES', 'string', '["","a\\u0000é","\\"\\\\"]'],
  ])('carries %s unchanged', async (datatype, dtype, data) => {
    const count = data === '[]' ? 0 : data.split(',').length
    const others = allOthers(dtype)
    const own = `{"name":"${dtype}_in","datatype":"${datatype}","shape":[${count}],"data":${data}}`
    const { status, text } = await infer(
      'echo',
      `{"inputs":[${[own, ...others.inputs].join(',')}],"outputs":[{"name":"${dtype}_out"}]}`,
      others.headers,
    )
    expect(text).toBe(
      `{"model_name":"echo","model_version":"1","outputs":[{"name":"${dtype}_out","datatype":"${datatype}","shape":[${count}],"data":${data}}]}`,
    )
    expect(status).toBe(200)
  })

  it.each([
    ['a body that is no JSON', '{', 400],
    ['an empty body', '', 400],
    ['text that is not UTF-8', Buffer.from([0x22, 0xff, 0x22]), 400],
    ['an array', [], 400],
    ['no inputs', {}, 400],
    ['inputs that are no array', { inputs: {} }, 400],
    ['an input that is no object', { inputs: [1] }, 400],
    ['an input without a name', { inputs: [{ ...a, name: undefined }, b] }, 400],
    ['an input without a datatype', { inputs: [{ ...a, datatype: undefined }, b] }, 400],
    ['an unknown datatype', { inputs: [{ ...a, datatype: 'FLOAT' }, b] }, 400],
    ['an input without a shape', { inputs: [{ ...a, shape: undefined }, b] }, 400],
    ['a negative size', { inputs: [{ ...a, shape: [-1, 2] }, b] }, 400],
    ['a fractional size', { inputs: [{ ...a, shape: [1, 2.5] }, b] }, 400],
    ['an input twice', { inputs: [a, a, b] }, 400],
    ['an unknown input', { inputs: [a, b, { ...a, name: 'c' }] }, 400, /SLP-S1.*"c".*"a", "b"/],
    ['a missing input', { inputs: [a] }, 400, /SLP-S2.*"b"/],
    ['another datatype', { inputs: [{ ...a, datatype: 'FP64' }, b] }, 400, /SLP-S3.*FP32, got FP64/],
    ['another rank', { inputs: [{ ...a, shape: [2] }, b] }, 400, /SLP-S4.*\[-1,2\], got \[2\]/],
    ['another size', { inputs: [{ ...a, shape: [2, 1] }, b] }, 400, /SLP-S4/],
    [
      'sizes that disagree',
      { inputs: [{ ...a, shape: [2, 2], data: [1, 2, 3, 4] }, b] },
      400,
      /SLP-S4.*N = 2/,
    ],
    ['too few elements', { inputs: [{ ...a, data: [1] }, b] }, 400, /must have 2 elements/],
    ['an element of another type', { inputs: [{ ...a, data: [1, '2'] }, b] }, 400],
    ['null for an element', { inputs: [{ ...a, data: [1, null] }, b] }, 400],
    ['a number that FP32 cannot hold', { inputs: [{ ...a, data: [1, 1e300] }, b] }, 400],
    ['data that is no array', { inputs: [{ ...a, data: 1 }, b] }, 400],
    ['neither data nor bytes', { inputs: [{ ...a, data: undefined }, b] }, 400, /exactly one/],
    [
      'both data and bytes',
      { inputs: [{ ...a, parameters: { binary_data_size: 8 } }, b] },
      400,
      /exactly one/,
    ],
    ['shared memory', { inputs: [{ ...a, parameters: { shared_memory_region: 'r' } }, b] }, 501, /SLP-R9/],
    ['a parameter that is an object', { inputs: [a, b], parameters: { x: {} } }, 400],
    ['parameters that are no object', { inputs: [a, b], parameters: 1 }, 400],
    ['an unknown output', { inputs: [a, b], outputs: [{ name: 'difference' }] }, 400, /SLP-S5.*"sum"/],
    ['an output twice', { inputs: [a, b], outputs: [{ name: 'sum' }, { name: 'sum' }] }, 400],
    ['an id that is no string', { id: 7, inputs: [a, b] }, 400],
    ['a body over the limit', { inputs: [a, b], id: 'x'.repeat(20_000) }, 413],
  ] as [string, Body, number, RegExp?][])('refuses %s', async (_, body, status, message = /SLP-/) => {
    const got = await refusal('pair', body)
    expect(got.error).toMatch(message)
    expect(got.status).toBe(status)
  })

  it.each([
    ['a fraction', 'int64', 'INT64', '1.5'],
    ['a number out of range', 'int64', 'INT64', '9223372036854775808'],
    ['a negative number', 'uint64', 'UINT64', '-1'],
  ])('refuses %s for %s', async (_, dtype, datatype, value) => {
    const other = dtype === 'int64' ? 'uint64' : 'int64'
    const bad = `{"name":"${dtype}_in","datatype":"${datatype}","shape":[1],"data":[${value}]}`
    const good = `{"name":"${other}_in","datatype":"${other.toUpperCase()}","shape":[1],"data":[1]}`
    const body = `{"inputs":[${bad},${good}]}`
    expect((await refusal('int', body)).error).toContain(`must be ${datatype}, got`)
  })

  it('refuses FP16 as JSON both ways', async () => {
    const input = { name: 'float16_in', datatype: 'FP16', shape: [1] }
    expect((await refusal('half', { inputs: [{ ...input, data: [1] }] })).error).toContain('must be binary')
    const [body, headers] = binary(
      { inputs: [{ ...input, parameters: { binary_data_size: 2 } }] },
      Buffer.alloc(2),
    )
    expect((await refusal('half', body, headers)).error).toMatch(/output "float16_out" must be binary/)
  })

  it.each([
    ['an unknown model', 'nope', 404],
    ['a model that failed to load', 'broken', 503],
    ['an unknown version', 'pair/versions/9', 404],
  ])('refuses %s', async (_, model, status) =>
    expect((await refusal(model, { inputs: [] })).status).toBe(status),
  )

  it('takes no elements and scalars', async () => {
    const empty = await infer('float', {
      inputs: [{ name: 'float32_in', datatype: 'FP32', shape: [0, 3, 2], data: [] }],
    })
    expect(JSON.parse(empty.text)).toMatchObject({ outputs: [{ shape: [0, 3, 2], data: [] }] })
    const scalar = await infer('scalar', {
      inputs: [{ name: 'float32_in', datatype: 'FP32', shape: [], data: [3] }],
    })
    expect(JSON.parse(scalar.text)).toMatchObject({ outputs: [{ shape: [], data: [3] }] })
  })

  it('shows no weights, and takes none', async () => {
    const x = { name: 'x', datatype: 'FP32', shape: [2], data: [1, 2] }
    expect(JSON.parse((await call('GET', '/v2/models/weight')).text).inputs).toHaveLength(1)
    expect(JSON.parse((await infer('weight', { inputs: [x] })).text)).toMatchObject({
      outputs: [{ data: [11, 22] }],
    })
    expect((await refusal('weight', { inputs: [x, { ...x, name: 'w' }] })).error).toContain('SLP-S1')
  })

  it('answers in JSON with content types it does not know', async () => {
    const { status } = await infer('pair', { inputs: [a, b] }, { 'content-type': 'text/x-whatever' })
    expect(status).toBe(200)
  })
})

/** Empty inputs for every other dtype of the echo model. */
function allOthers(dtype: string) {
  const datatypes: Record<string, string> = {
    bool: 'BOOL', uint8: 'UINT8', uint16: 'UINT16', uint32: 'UINT32', uint64: 'UINT64', int8: 'INT8', int16: 'INT16',
    int32: 'INT32', int64: 'INT64', float16: 'FP16', bfloat16: 'BF16', float32: 'FP32', float64: 'FP64', string: 'BYTES',
  } // biome-ignore format: a table
  const inputs = Object.entries(datatypes)
    .filter(([name]) => name !== dtype)
    .map(([name, datatype]) =>
      JSON.stringify({ name: `${name}_in`, datatype, shape: [0], parameters: { binary_data_size: 0 } }),
    )
  return { inputs, headers: {} }
}

describe('POST infer with binary tensors', () => {
  const inputs = [
    { name: 'a', datatype: 'FP32', shape: [1, 2], parameters: { binary_data_size: 8 } },
    { name: 'b', datatype: 'FP32', shape: [1, 2], parameters: { binary_data_size: 8 } },
  ]

  function split({ raw, headers }: Awaited<ReturnType<typeof infer>>) {
    const length = Number(headers['inference-header-content-length'])
    return { header: JSON.parse(raw.subarray(0, length).toString()), rest: raw.subarray(length) }
  }

  it('takes blobs in the order of the inputs and answers in bytes', async () => {
    const [body, headers] = binary(
      { inputs, parameters: { binary_data_output: true } },
      floats(1, 2),
      floats(10, 20),
    )
    const answer = await infer('pair', body, headers)
    expect(answer.status).toBe(200)
    expect(answer.headers['content-type']).toBe('application/octet-stream')
    expect(split(answer)).toEqual({
      header: {
        model_name: 'pair',
        model_version: '2',
        outputs: [{ name: 'sum', datatype: 'FP32', shape: [1, 2], parameters: { binary_data_size: 8 } }],
      },
      rest: floats(-9, -18),
    })
  })

  it('answers in JSON unless asked otherwise', async () => {
    const [body, headers] = binary({ inputs }, floats(1, 2), floats(10, 20))
    const answer = await infer('pair', body, headers)
    expect(answer.headers['content-type']).toBe('application/json')
    expect(JSON.parse(answer.text)).toMatchObject({ outputs: [{ data: [-9, -18] }] })
  })

  it('mixes JSON and binary inputs and outputs; an output’s own parameter wins', async () => {
    const integers = [1n, 2n ** 63n - 1n]
    const header = {
      inputs: [
        { name: 'uint64_in', datatype: 'UINT64', shape: [1], data: [7] },
        { name: 'int64_in', datatype: 'INT64', shape: [2], parameters: { binary_data_size: 16 } },
      ],
      outputs: [{ name: 'uint64_out', parameters: { binary_data: false } }, { name: 'int64_out' }],
      parameters: { binary_data_output: true },
    }
    const blob = Buffer.from(BigInt64Array.from(integers).buffer)
    const [body, headers] = binary(header, blob)
    const { header: got, rest } = split(await infer('int', body, headers))
    expect(got.outputs).toEqual([
      { name: 'uint64_out', datatype: 'UINT64', shape: [1], data: [7] },
      { name: 'int64_out', datatype: 'INT64', shape: [2], parameters: { binary_data_size: 16 } },
    ])
    expect(rest).toEqual(blob)
  })

  it('carries FP16 and BYTES', async () => {
    const half = { name: 'float16_in', datatype: 'FP16', shape: [2], parameters: { binary_data_size: 4 } }
    const bits = Buffer.from([0x00, 0x3c, 0x00, 0xc0])
    const [body, headers] = binary({ inputs: [half], parameters: { binary_data_output: true } }, bits)
    expect(split(await infer('half', body, headers)).rest).toEqual(bits)
    const text = Buffer.concat([Buffer.from([3, 0, 0, 0]), Buffer.from('a\0b')])
    const input = { name: 'string_in', datatype: 'BYTES', shape: [1], parameters: { binary_data_size: 7 } }
    const request = binary(
      { inputs: [input], outputs: [{ name: 'string_out', parameters: { binary_data: true } }] },
      text,
    )
    expect(split(await infer('text', ...request)).rest).toEqual(text)
  })

  it.each([
    [
      'leftover bytes',
      binary({ inputs }, floats(1, 2), floats(3, 4), floats(5)),
      /unexpected additional input data for model 'pair'/,
    ],
    ['missing bytes', binary({ inputs }, floats(1, 2), floats(3)), /must have its 8 bytes/],
    [
      'a size that does not fit the shape',
      binary({ inputs: [{ ...inputs[0], parameters: { binary_data_size: 4 } }, inputs[1]] }, floats(1, 2, 3)),
      /must have 8 bytes/,
    ],
    [
      'a negative size',
      binary({ inputs: [{ ...inputs[0], parameters: { binary_data_size: -8 } }, inputs[1]] }),
      /non-negative/,
    ],
    [
      'a size that is no number',
      binary({ inputs: [{ ...inputs[0], parameters: { binary_data_size: '8' } }, inputs[1]] }),
      /non-negative/,
    ],
    [
      'a flag that is no flag',
      binary({ inputs, parameters: { binary_data_output: 1 } }, floats(1, 2), floats(3, 4)),
      /true or false/,
    ],
    [
      'a header beyond the body',
      [Buffer.from('{}'), { 'inference-header-content-length': '3' }],
      /inference header size should be in range \(0, 2\)/,
    ],
    [
      'a header that is no number',
      [Buffer.from('{}'), { 'inference-header-content-length': 'x' }],
      /number of bytes/,
    ],
    [
      'a negative header',
      [Buffer.from('{}'), { 'inference-header-content-length': '-1' }],
      /number of bytes/,
    ],
    [
      'binary inputs without a header',
      [Buffer.from(JSON.stringify({ inputs })), {}],
      /must have its 8 bytes/,
    ],
  ] as [string, [Buffer, object], RegExp][])('refuses %s', async (_, [body, headers], message) => {
    const { status, error } = await refusal('pair', body, headers)
    expect(error).toMatch(message)
    expect(status).toBe(400)
  })
})

describe('POST infer with nothing but bytes', () => {
  const raw = { 'inference-header-content-length': '0' }

  it('is the tensor of the only input; an open batch is 1, one more open size follows from the length', async () => {
    const answer = await infer('float', floats(1, 2, 3, 4), raw)
    expect(answer.status).toBe(200)
    const length = Number(answer.headers['inference-header-content-length'])
    expect(JSON.parse(answer.raw.subarray(0, length).toString())).toMatchObject({
      outputs: [{ name: 'float32_out', shape: [1, 2, 2], parameters: { binary_data_size: 16 } }],
    })
    expect(answer.raw.subarray(length)).toEqual(floats(1, 2, 3, 4))
  })

  it('is one string for BYTES', async () => {
    const answer = await infer('text', Buffer.from('hello'), raw)
    expect(answer.raw.subarray(-5).toString()).toBe('hello')
  })

  it.each([
    ['a model with two inputs', 'pair', floats(1, 2)],
    ['a length that does not fit', 'float', floats(1, 2, 3)],
    ['more than one open size', 'open', floats(1, 2)],
  ])('refuses %s', async (_, model, body) => expect((await refusal(model, body, raw)).status).toBe(400))
})

describe('compression', () => {
  const body = JSON.stringify({ inputs: [a, b] })

  it.each([
    ['gzip', gzipSync(body)],
    ['deflate', deflateSync(body)],
  ])('of requests: %s', async (encoding, bytes) => {
    expect((await infer('pair', bytes, { 'content-encoding': encoding })).status).toBe(200)
  })

  it('of requests: the limit counts what comes out', async () => {
    const bomb = gzipSync(Buffer.alloc(1_000_000, 32))
    expect(bomb.length).toBeLessThan(2000)
    expect((await refusal('pair', bomb, { 'content-encoding': 'gzip' })).status).toBe(413)
  })

  it.each([
    ['broken data', 'gzip', 400],
    ['an unknown encoding', 'br', 415],
  ])('of requests: refuses %s', async (_, encoding, status) => {
    expect((await refusal('pair', body, { 'content-encoding': encoding })).status).toBe(status)
  })

  it('of binary requests: the header counts uncompressed bytes', async () => {
    const inputs = [{ ...a, data: undefined, parameters: { binary_data_size: 8 } }, b]
    const [bytes, headers] = binary({ inputs }, floats(1, 2))
    expect((await infer('pair', gzipSync(bytes), { ...headers, 'content-encoding': 'gzip' })).status).toBe(
      200,
    )
  })

  it.each([
    ['gzip', gunzipSync],
    ['deflate', inflateSync],
  ] as const)('of answers: %s, with the length of the JSON before it', async (encoding, decode) => {
    const values = floats(...Array.from({ length: 1000 }, (_, i) => i))
    const answer = await infer('float', values, {
      'inference-header-content-length': '0',
      'accept-encoding': encoding,
    })
    expect(answer.headers['content-encoding']).toBe(encoding)
    const plain = decode(answer.raw)
    expect(plain.subarray(Number(answer.headers['inference-header-content-length']))).toEqual(values)
  })
})
