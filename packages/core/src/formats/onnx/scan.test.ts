import { describe, expect, it } from 'vitest'
import type { ErrorCode } from '../../base/errors.ts'
import { defaultLimits, type Limits } from '../../base/limits.ts'
import { bytesOf, intInit, lengthField, nodeInit, rawField, varint } from '../../testing/onnx-protos.ts'
import { refusalOf } from '../../testing/refusal.ts'
import { parseModel } from './parse.ts'
import { readOnnx } from './read.ts'
import { scan } from './scan.ts'

const text = (value: string) => [...new TextEncoder().encode(value)]
const graph = (...content: number[][]) => lengthField(7, content.flat())
const node = (...content: number[][]) => lengthField(1, content.flat())

interface Case {
  readonly name: string
  readonly bytes: readonly number[]
  readonly code: ErrorCode
  readonly message: RegExp
  readonly limits?: Partial<Limits>
}

const cases: readonly Case[] = [
  {
    name: 'a length over the end of the file',
    bytes: [0x3a, 100, 1],
    code: 'SLP-F2',
    message: /at graph; byte 2/,
  },
  {
    name: 'a length over the end of its message',
    bytes: [...graph(lengthField(2, [65], 9)), 8, 1, 8, 1, 8, 1, 8, 1, 8, 1],
    code: 'SLP-F1',
    message: /within its message \(1 bytes left\), got 9 \(at graph\.name/,
  },
  {
    name: 'a varint without end',
    bytes: [8, ...Array(11).fill(255)],
    code: 'SLP-F1',
    message: /10 bytes.*at ir_version; byte 1/,
  },
  {
    name: 'a varint over 64 bits',
    bytes: [8, ...Array(9).fill(255), 2],
    code: 'SLP-F1',
    message: /fit 64 bits/,
  },
  { name: 'a varint that is cut off', bytes: [8, 255], code: 'SLP-F2', message: /at ir_version/ },
  { name: 'a tag over 32 bits', bytes: [255, 255, 255, 255, 31, 0], code: 'SLP-F1', message: /fit 32 bits/ },
  {
    name: 'a length over 32 bits',
    bytes: [0x3a, 255, 255, 255, 255, 255, 1],
    code: 'SLP-F1',
    message: /fit 32 bits/,
  },
  { name: 'field number 0', bytes: [2, 0], code: 'SLP-F1', message: /must be positive/ },
  { name: 'a group', bytes: rawField(99, 3), code: 'SLP-F1', message: /no groups.*wire type 3/ },
  { name: 'the end of a group', bytes: rawField(99, 4), code: 'SLP-F1', message: /wire type 4/ },
  { name: 'wire type 7', bytes: rawField(99, 7), code: 'SLP-F1', message: /wire type 7/ },
  {
    name: 'a message written as a number',
    bytes: rawField(7, 0, [1]),
    code: 'SLP-F1',
    message: /wire type 2, got wire type 0 \(at graph; byte 0/,
  },
  {
    name: 'an unknown field that is cut off',
    bytes: rawField(99, 1, [1, 2]),
    code: 'SLP-F2',
    message: /a number of 8 bytes/,
  },
  {
    name: 'packed floats of odd length',
    bytes: graph(lengthField(5, lengthField(4, [1, 2, 3]))),
    code: 'SLP-F1',
    message: /multiple of 4.*at graph\.initializer\[0\]\.float_data\[0\]/,
  },
  {
    name: 'text that is not UTF-8',
    bytes: graph(node(lengthField(1, [65])), node(lengthField(1, [65]), lengthField(1, [66, 0xc0, 0x80]))),
    code: 'SLP-F1',
    message: /UTF-8.*at graph\.node\[1\]\.input\[1\]; byte 15/,
  },
  {
    name: 'too many bytes',
    bytes: Array(9).fill(0),
    code: 'SLP-L1',
    message: /8 bytes at most, got 9/,
    limits: { fileBytes: 8 },
  },
  {
    name: 'too many nodes',
    bytes: graph(node(), node(), node()),
    code: 'SLP-L3',
    message: /2 nodes at most, got 3.*graph\.node\[2\]/,
    limits: { nodes: 2 },
  },
  {
    name: 'too many tensors',
    bytes: graph(lengthField(5, []), lengthField(5, [])),
    code: 'SLP-L3',
    message: /1 tensors at most/,
    limits: { tensors: 1 },
  },
  {
    name: 'too many functions',
    bytes: [...lengthField(25, []), ...lengthField(25, [])],
    code: 'SLP-L3',
    message: /1 functions at most/,
    limits: { functions: 1 },
  },
  {
    name: 'too many attributes of one node',
    bytes: graph(node(lengthField(5, []), lengthField(5, []))),
    code: 'SLP-L3',
    message: /1 attributes per node/,
    limits: { attributesPerNode: 1 },
  },
  {
    name: 'a long name',
    bytes: graph(lengthField(2, text('long'))),
    code: 'SLP-L3',
    message: /3 bytes in one string.*graph\.name/,
    limits: { stringBytes: 3 },
  },
  {
    name: 'a long list',
    bytes: graph(lengthField(5, lengthField(7, [1, 2, 3]))),
    code: 'SLP-L3',
    message: /2 entries in one list/,
    limits: { listEntries: 2 },
  },
  {
    name: 'many small messages',
    bytes: graph(...Array.from({ length: 10_000 }, () => node())),
    code: 'SLP-L6',
    message: /1000000 bytes of memory.*raw_data/,
    limits: { decodedBytes: 1e6 },
  },
  {
    name: 'many unknown fields',
    bytes: Array.from({ length: 10_000 }, () => rawField(99, 0, [0])).flat(),
    code: 'SLP-L6',
    message: /bytes of memory/,
    limits: { decodedBytes: 1e6 },
  },
]

describe('scan', () => {
  for (const { name, bytes, code, message, limits } of cases) {
    it(`refuses ${name}`, () => {
      const all = { ...defaultLimits, ...limits }
      const error = refusalOf(() => scan('ModelProto', Uint8Array.from(bytes), all), code)
      expect(error.message).toMatch(message)
      if (code !== 'SLP-L1') expect(error.details.offset).toBeTypeOf('number')
      expect(error.details.remedy).toBeTruthy()
    })
  }

  it('accepts packed and unpacked numbers, in any order, and unknown fields', () => {
    const dims = [...rawField(1, 0, varint(1)), ...lengthField(1, [2, 3])]
    const values = [...rawField(4, 5, [0, 0, 128, 63]), ...lengthField(4, Array(20).fill(0))]
    const tensor = lengthField(5, [...values, ...rawField(2, 0, [1]), ...rawField(77, 0, [5]), ...dims])
    const model = parseModel(Uint8Array.from([...graph(tensor), 8, 14]))
    expect(model.graph?.initializer[0]).toMatchObject({ dims: [1n, 2n, 3n], floatData: [1, 0, 0, 0, 0, 0] })
  })

  it('refuses 150 nested messages', () => {
    let bytes: number[] = []
    for (let i = 0; i < 75; i++) bytes = lengthField(4, lengthField(1, bytes))
    const type = lengthField(7, lengthField(11, lengthField(2, bytes)))
    expect(refusalOf(() => parseModel(Uint8Array.from(type)), 'SLP-L2').message).toMatch(
      /100 nested messages/,
    )
  })

  it('gives a graph or a refusal for a file that is cut off anywhere', () => {
    const whole = bytesOf({
      node: [nodeInit('Relu', 'x', 'h'), nodeInit('Gather', 'h i', 'y', [intInit('axis', -1)])],
      initializer: [{ name: 'i', dataType: 7, dims: [1n], int64Data: [-1n] }],
    })
    readOnnx(whole)
    for (let length = 0; length < whole.length; length++) {
      const codes = ['SLP-F2', 'SLP-F3']
      let code = ''
      try {
        readOnnx(whole.subarray(0, length))
      } catch (error) {
        code = (error as { code: string }).code // anything else is no member of the list
      }
      expect(codes, `${length} bytes`).toContain(code)
    }
  })

  it('says what other kinds of file are', () => {
    const remedy = (start: string) =>
      refusalOf(() => parseModel(Uint8Array.from(text(start))), 'SLP-F1').message
    expect(remedy('version https://git-lfs.github.com/spec/v1')).toContain('git lfs pull')
    expect(remedy('PK\x03\x04abcdefgh')).toContain('PyTorch')
    expect(remedy('<!doctype html>')).toContain('HTML')
    expect(refusalOf(() => parseModel(new Uint8Array()), 'SLP-F2').message).toContain('got 0 bytes')
  })
})
