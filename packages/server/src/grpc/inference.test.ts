import { create, toBinary } from '@bufbuild/protobuf'
import { type Tensor, tensor } from '@slipway/core'
import { describe, expect, it } from 'vitest'
import type { Datatype } from '../oip/datatype.ts'
import {
  type InferTensorContents,
  InferTensorContentsSchema,
  ModelInferRequestSchema,
} from '../proto/grpc_service_pb.ts'
import { contentsOfTensor, tensorOfContents } from './contents.ts'
import { readInference } from './model-infer.ts'

type Contents = Partial<Omit<InferTensorContents, '$typeName'>>

const wire = (contents: Contents) =>
  toBinary(InferTensorContentsSchema, create(InferTensorContentsSchema, contents as never)) // fields are optional
const read = (datatype: Datatype, shape: readonly number[], contents: Contents) =>
  tensorOfContents('x', datatype, shape, wire(contents))

describe('typed contents', () => {
  const most = 2n ** 63n - 1n
  it.each<[Datatype, Contents, Tensor]>([
    ['BOOL', { boolContents: [true, false] }, tensor('bool', [2], Uint8Array.of(1, 0))],
    ['INT8', { intContents: [-128, 127] }, tensor('int8', [2], Int8Array.of(-128, 127))],
    ['INT16', { intContents: [-32768, 1] }, tensor('int16', [2], Int16Array.of(-32768, 1))],
    ['INT32', { intContents: [-(2 ** 31), 7] }, tensor('int32', [2], Int32Array.of(-(2 ** 31), 7))],
    [
      'INT64',
      { int64Contents: [-most - 1n, most] },
      tensor('int64', [2], BigInt64Array.of(-most - 1n, most)),
    ],
    ['UINT8', { uintContents: [0, 255] }, tensor('uint8', [2], Uint8Array.of(0, 255))],
    ['UINT16', { uintContents: [0, 65535] }, tensor('uint16', [2], Uint16Array.of(0, 65535))],
    ['UINT32', { uintContents: [0, 2 ** 32 - 1] }, tensor('uint32', [2], Uint32Array.of(0, 2 ** 32 - 1))],
    [
      'UINT64',
      { uint64Contents: [0n, 2n ** 64n - 1n] },
      tensor('uint64', [2], BigUint64Array.of(0n, 2n ** 64n - 1n)),
    ],
    ['FP32', { fp32Contents: [Number.NaN, -0] }, tensor('float32', [2], Float32Array.of(Number.NaN, -0))],
    ['FP64', { fp64Contents: [0.1, -Infinity] }, tensor('float64', [2], Float64Array.of(0.1, -Infinity))],
    ['BYTES', { bytesContents: [Buffer.from('ä\0'), Buffer.from('')] }, tensor('string', [2], ['ä\0', ''])],
  ])('carry %s both ways', (datatype, contents, expected) => {
    expect(read(datatype, [2], contents)).toEqual(expected)
    expect(contentsOfTensor('x', datatype, expected)).toEqual(wire(contents))
  })

  it('carry nothing and scalars', () => {
    expect(read('FP32', [0, 3], {}).data.length).toBe(0)
    expect(tensorOfContents('x', 'INT64', [0]).data.length).toBe(0)
    expect(read('INT32', [], { intContents: [5] })).toEqual(tensor('int32', [], Int32Array.of(5)))
    expect(contentsOfTensor('x', 'INT32', tensor('int32', [0], new Int32Array()))).toEqual(new Uint8Array())
  })

  it('may be packed or not, and both at once', () => {
    const floats = Uint8Array.from([0x35, 0, 0, 128, 63, 0x32, 4, 0, 0, 0, 64])
    expect(tensorOfContents('x', 'FP32', [2], floats).data).toEqual(Float32Array.of(1, 2))
    const integers = Uint8Array.from([0x10, 5, 0x12, 2, 6, 7])
    expect(tensorOfContents('x', 'INT8', [3], integers).data).toEqual(Int8Array.of(5, 6, 7))
  })

  it.each<[string, Datatype, readonly number[], Contents]>([
    ['too few', 'FP32', [3], { fp32Contents: [1, 2] }],
    ['too many', 'FP32', [1], { fp32Contents: [1, 2] }],
    ['too many strings', 'BYTES', [1], { bytesContents: [Buffer.from('a'), Buffer.from('b')] }],
    ['a shape that no data could fill', 'FP32', [2 ** 40], { fp32Contents: [1] }],
    ['another field', 'FP32', [1], { fp64Contents: [1] }],
    ['a value over its type', 'INT8', [1], { intContents: [128] }],
    ['a value under its type', 'UINT8', [1], { uintContents: [256] }],
    ['what travels as bytes only', 'FP16', [1], { fp32Contents: [1] }],
    ['text that is not UTF-8', 'BYTES', [1], { bytesContents: [Uint8Array.of(0xff)] }],
  ])('refuse %s', (_what, datatype, shape, contents) => {
    expect(() => read(datatype, shape, contents)).toThrow('SLP-R4')
  })
})

describe('typed contents that are no message', () => {
  it.each([
    ['a value that ends behind them', [0x35, 0, 0]],
    ['a packed value that ends within one', [0x32, 3, 0, 0, 0]],
    ['a length that no message has', [0x32, 100]],
    ['a value of another wire type', [0x30, 1, 0x30, 1]],
  ])('are refused: %s', (_what, bytes) => {
    expect(() => tensorOfContents('x', 'FP32', [2], Uint8Array.from(bytes))).toThrow('SLP-R4')
    expect(() => tensorOfContents('x', 'INT64', [1], Uint8Array.of(0x18, 0x80))).toThrow('SLP-R4')
  })
})

describe('an inference', () => {
  const requestOf = (init: object) =>
    readInference(toBinary(ModelInferRequestSchema, create(ModelInferRequestSchema, init)))
  const x = { name: 'x', datatype: 'FP32', shape: [1n] }
  const one = Buffer.from(Float32Array.of(1).buffer)

  it('has raw tensors in the order of its inputs', () => {
    const { inputs } = requestOf({
      inputs: [x, { name: 's', datatype: 'BYTES', shape: [1n] }],
      rawInputContents: [one, Uint8Array.of(1, 0, 0, 0, 65)],
    })
    if (inputs instanceof Uint8Array) throw new Error('raw')
    expect(inputs.map((input) => input.tensor().data)).toEqual([Float32Array.of(1), ['A']])
  })

  it('has parameters of all five kinds', () => {
    const parameters = {
      bool: { parameterChoice: { case: 'boolParam', value: true } },
      int: { parameterChoice: { case: 'int64Param', value: -5n } },
      big: { parameterChoice: { case: 'int64Param', value: 2n ** 60n } },
      text: { parameterChoice: { case: 'stringParam', value: 'a' } },
      double: { parameterChoice: { case: 'doubleParam', value: 0.5 } },
      unsigned: { parameterChoice: { case: 'uint64Param', value: 2n ** 64n - 1n } },
    }
    expect(requestOf({ parameters }).parameters).toEqual(
      new Map<string, unknown>([
        ['bool', true],
        ['int', -5],
        ['big', 2n ** 60n],
        ['text', 'a'],
        ['double', 0.5],
        ['unsigned', 2n ** 64n - 1n],
      ]),
    )
  })

  it('has a version and an id only where they are given', () => {
    expect(requestOf({ modelName: 'm' })).toMatchObject({ model: 'm', version: undefined, id: undefined })
    expect(requestOf({ modelVersion: '3', id: 'a' })).toMatchObject({ version: '3', id: 'a' })
  })

  it.each<[string, object, string]>([
    [
      'raw and typed tensors',
      { inputs: [{ ...x, contents: { fp32Contents: [1] } }], rawInputContents: [one] },
      'no contents',
    ],
    [
      'fewer raw tensors than inputs',
      { inputs: [x, { ...x, name: 'y' }], rawInputContents: [one] },
      'each of 2 inputs',
    ],
    ['more raw tensors than inputs', { inputs: [x], rawInputContents: [one, one] }, 'each of 1 inputs'],
    ['an input twice', { inputs: [x, x], rawInputContents: [one, one] }, 'given once'],
    ['an output twice', { outputs: [{ name: 'y' }, { name: 'y' }] }, 'given once'],
    ['an unknown datatype', { inputs: [{ ...x, datatype: 'FLOAT' }], rawInputContents: [one] }, 'known one'],
    ['a negative size', { inputs: [{ ...x, shape: [-1n] }], rawInputContents: [one] }, 'negative'],
  ])('is refused with %s', (_what, init, message) => {
    expect(() => requestOf(init)).toThrow(message)
  })

  it('is refused with shared memory', () => {
    const parameters = { shared_memory_region: { parameterChoice: { case: 'stringParam', value: 'r' } } }
    expect(() => requestOf({ inputs: [{ ...x, parameters }] })).toThrow('SLP-R9')
    expect(() => requestOf({ outputs: [{ name: 'y', parameters }] })).toThrow('SLP-R9')
  })
})
